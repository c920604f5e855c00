/**
 * What the lines of a receipt say in Arabic, and how what stays foreign in a sentence (names, paths, words of a log) is set apart, so that
 * it cannot turn its neighbours around.
 */

import type { ReceiptEntry, ReceiptNotes } from '../model/receipt.ts';
import type { Messages } from './messages.ts';

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';
export const foreign = (text: string): string => `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}`;

const RECEIPT_VERBS: Readonly<Record<ReceiptEntry['action'], string>> = {
  create: 'إنشاء',
  change: 'تغيير',
  remove: 'إزالة',
  keep: 'إبقاء',
  start: 'تشغيل',
  stop: 'إيقاف',
};

const RECEIPT_NOUNS: Readonly<Record<ReceiptEntry['kind'], string>> = {
  folder: 'مجلد',
  file: 'ملف',
  registry: 'مفتاح في السجل',
  service: 'خدمة',
  right: 'صلاحية',
  ladder: 'مهل إعادة التشغيل',
  'startup-entry': 'إدخال بدء التشغيل',
  task: 'مهمة مجدولة',
  process: 'عملية',
};

const RECEIPT_WORDS: Readonly<Record<string, string>> = {
  'create right': 'منح صلاحية',
  'remove right': 'سحب صلاحية',
  'create ladder': 'ضبط مهل إعادة التشغيل',
};

export const receiptWhat: Messages['receiptWhat'] = entry =>
  RECEIPT_WORDS[`${entry.action} ${entry.kind}`] ?? `${RECEIPT_VERBS[entry.action]} ${RECEIPT_NOUNS[entry.kind]}`;

const RECEIPT_NOTES: ReceiptNotes = {
  state: () => 'الحالة وما جرى والمخرجات المسجَّلة، لا يقرؤها غيرك',
  'state-removed': () => 'التعريف وما جرى والمخرجات المسجَّلة',
  delays: (delays, reset) => `إعادة التشغيل بعد ${foreign(delays)} ث؛ تبدأ المهل من جديد بعد ${reset} ث بلا تعطّل`,
  home: home => `المجلد الرئيسي ${foreign(home)}`,
  service: (name, command) => `«${foreign(name)}»، تبدأ تلقائيًا: ${foreign(command)}`,
  owner: () => 'المستخدم الذي تخصّه الخدمة',
  rights: () => 'يحق لك الاستعلام عنها وبدؤها وإيقافها، أما تغييرها فللمسؤولين',
  'host-copy': () => 'نسخة من البرنامج لا تمسّها تحديثات التطبيق',
  'host-copy-removed': () => 'ما لم يستخدمها ملف شخصي آخر',
  'sign-in': command => `يبدأ عندما تسجّل الدخول: ${foreign(command)}`,
  'sign-in-console': command => `يبدأ عندما تسجّل الدخول، مع نافذة أوامر كما في التطوير دائمًا: ${foreign(command)}`,
  mended: (was, becomes) => `${foreign(was)} ← ${foreign(becomes)}`,
  'start-type': startType => `نوع البدء ${foreign(startType)}، وقد اختاره أحدهم`,
  stale: () => 'لم يعد أحد بحاجة إليه',
  'put-aside': () => `يُحتفظ به بجانبه باسم ${foreign('.damaged')}`,
  windowless: () => 'يعمل باسمك ومن دون نافذة',
  'gateway-gives-way': () => 'تعمل بلا خدمة، وتُخلي مكانها لبوابة هذه الخدمة',
  'autostart-taken': () => 'كان يشغّل هذه البوابة حتى الآن؛ يُحفظ ويُعاد عندما تلغي التفعيل',
  'autostart-disabled': () => 'كانت تشغّل هذه البوابة حتى الآن؛ تُوقف وتُعطَّل ولا يُحذف منها شيء',
  'autostart-back': () => 'ما كان يشغّل هذه البوابة من قبل؛ يعمل باسمك وبصلاحياتك وحدها',
  'autostart-stays-disabled': () => 'عُطّلت عندما فعّلت هذه الخدمة؛ يمكن تمكينها من جديد في «الخدمات»',
  'autostart-starts-something-else': () => 'له اسم يستخدمه Hermes لكنه لا يشغّل هذه البوابة؛ لم يُمسّ، فانظر فيه بنفسك',
  'autostart-another-user': () => 'يخصّ مستخدمًا آخر على هذا الحاسوب؛ لم يُمسّ',
  'autostart-unreadable': () => 'لا يحق لك قراءته؛ لم يُمسّ، فانظر فيه بنفسك',
  'autostart-unasked': why => `تتعذّر مساءلته، فلا يتغيّر فيه شيء (${foreign(why)})`,
};

/** What is no phrase is a name or a path. */
export function receiptDetail({ note, detail }: ReceiptEntry): string | undefined {
  if (note) return (RECEIPT_NOTES[note.code] as (...values: readonly string[]) => string)(...note.values);
  return detail === undefined ? undefined : foreign(detail);
}
