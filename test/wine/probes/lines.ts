// Lines out of pieces of text, however long: the history of a service can be longer than anything that the control pipe lets pass.

/** @returns what takes the pieces, in their order */
export function lines(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return text => {
    const all = (rest + text).split('\n');
    rest = all.pop() ?? '';
    for (const line of all) onLine(line);
  };
}
