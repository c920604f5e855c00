#!/usr/bin/env node
// Stands in for Windows' schtasks.exe: keeps documents in the folder beside it, lists them in another language with a code page of its own,
// refuses what an administrator made, and asks before it replaces, which without an answer means no.
import fs from 'node:fs';
import path from 'node:path';

const folder = path.join(path.dirname(process.argv[1] ?? ''), 'Tasks');
const [verb = '', ...rest] = process.argv
  .slice(2)
  .map(each => (each.startsWith('/') && !each.includes('/', 1) ? each.toLowerCase() : each));
/** @param {string} name */
const option = name => rest[rest.indexOf(name) + 1] ?? '';
const file = path.join(folder, `${option('/tn').replace(/^\\/, '')}.xml`);
const denied = () => fs.existsSync(file.replace(/\.xml$/, '.administrator'));
/** @param {string} text */
const fail = text => {
  process.stderr.write(Buffer.from(`FEHLER: ${text}\r\n`, 'latin1'));
  process.exit(1);
};

if (fs.existsSync(path.join(folder, '..', 'silent'))) fail('Der Dienst läuft nicht.');
fs.mkdirSync(folder, { recursive: true });
if (verb === '/query' && rest.includes('/xml')) {
  if (!fs.existsSync(file)) fail('Die Datei wurde nicht gefunden.');
  process.stdout.write(fs.readFileSync(file));
} else if (verb === '/query') {
  const names = fs.readdirSync(folder).filter(name => name.endsWith('.xml'));
  const lines = names.map(name => `"\\${name.replace(/\.xml$/, '')}","Nicht verfügbar","Bereit"\r\n`);
  process.stdout.write(lines.concat('"\\Microsoft\\Windows\\Hermes_Gateway","N/V","Bereit"\r\n').join(''));
} else if (verb === '/create') {
  if (fs.existsSync(file) && !rest.includes('/f')) fail('Der Vorgang wurde abgebrochen.');
  const bytes = fs.readFileSync(option('/xml'));
  if (bytes[0] !== 0xff || bytes[1] !== 0xfe) fail('Das XML der Aufgabe enthält ein unerwartetes Element.');
  fs.writeFileSync(file, bytes);
} else if (verb === '/delete') {
  if (!fs.existsSync(file)) fail('Die Datei wurde nicht gefunden.');
  if (denied()) fail('Zugriff verweigert');
  fs.rmSync(file);
} else fail('Ungültige Syntax');
