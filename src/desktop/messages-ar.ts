/**
 * The Arabic catalogue. Reasons, steps and details that the engine writes in English are told anew by their codes, so that no sentence
 * mixes two languages; what stays foreign (names, paths, words of a log) is set apart, so that it cannot turn its neighbours around.
 */

import { RESTART_ASKED } from '../model/facts.ts';
import type { HistoryRecord, StartCause } from '../model/history.ts';
import type { ReceiptEntry } from '../model/receipt.ts';
import type { Mechanism, Phase, Status } from '../model/status.ts';
import type { Step } from '../model/steps.ts';
import { createFormats } from './formats.ts';
import type { Messages } from './messages.ts';
import { ERRORS_AR, PROBLEMS_AR } from './messages-ar-failures.ts';
import { foreign, receiptDetail, receiptWhat } from './messages-ar-receipt.ts';
import { updateAr } from './messages-update-ar.ts';
import type { ShownOperation } from './store.ts';
import { countdownMs, otherInCharge, uptimeMs } from './views.ts';

/** Western digits, as in the exit codes, PIDs and times of the log that stand beside them. */
const formats = createFormats('ar-u-nu-latn');

const PHASES: Messages['phase'] = {
  'not-installed': 'غير مفعّلة',
  stopped: 'متوقفة',
  starting: 'قيد البدء',
  running: 'قيد التشغيل',
  degraded: 'متعثّرة',
  restarting: 'تُعاد إلى العمل',
  'waiting-for-sign-in': 'بانتظار تسجيل الدخول',
  'held-for-update': 'متوقفة مؤقتًا للتحديث',
  stopping: 'قيد الإيقاف',
  failed: 'تعطّلت',
  'needs-attention': 'تحتاج إلى انتباهك',
  'removal-pending': 'قيد الإزالة',
  foreign: 'الاسم مستخدَم',
  unsupported: 'غير مدعومة',
  unknown: 'حالتها غير معروفة',
};

const MECHANISMS: Messages['mechanism'] = {
  service: 'خدمة Windows',
  startup: 'البدء عند تسجيل الدخول',
  embedded: 'مراقب Hermes',
  none: 'لا شيء',
};

const KEEPER: Readonly<Record<Mechanism, string>> = {
  service: 'يعيد Windows تشغيلها إذا توقفت.',
  startup: 'تبدأ عندما تسجّل الدخول، ويعيد Hermes تشغيلها.',
  embedded: 'يعيد Hermes تشغيلها إذا توقفت.',
  none: 'لا شيء يعيد تشغيلها إذا توقفت.',
};

const MINUTE_MS = 60_000;
const AT_ONCE_MS = 1_000;
const RESTART_REQUESTED = 75;
const CONFIGURATION_REFUSED = 78;

type Forms = Readonly<Record<'one' | 'two' | 'few' | 'many' | 'other', string>>;

/** A noun after its number: singular and dual say the number themselves. */
function counted(count: number, forms: Forms): string {
  const category = formats.plural(count);
  if (category === 'one' || category === 'two') return forms[category];
  return `${count} ${forms[category === 'zero' ? 'other' : category]}`;
}

const PROBLEM_COUNT: Forms = { one: 'مشكلة واحدة', two: 'مشكلتين', few: 'مشكلات', many: 'مشكلة', other: 'مشكلة' };
const RESTART_COUNT: Forms = { one: 'مرة واحدة', two: 'مرتين', few: 'مرات', many: 'مرة', other: 'مرة' };
const FAILURE_COUNT: Forms = {
  one: 'تعطّل واحد',
  two: 'تعطّلان متتاليان',
  few: 'حالات تعطّل متتالية',
  many: 'حالة تعطّل متتالية',
  other: 'حالة تعطّل متتالية',
};

function running(status: Status, now: number): string {
  const uptime = uptimeMs(status, now);
  const since = uptime === undefined || uptime < MINUTE_MS ? 'تعمل' : `تعمل منذ ${formats.duration(uptime)}`;
  const problems = status.problems.length;
  return problems > 0 ? `${since}، مع ${counted(problems, PROBLEM_COUNT)}.` : `${since}. ${KEEPER[status.mechanism]}`;
}

function nextTry(status: Status, now: number): string {
  const remaining = countdownMs(status.restarts.nextAt, now);
  if (!remaining) return 'يجري تشغيلها من جديد.';
  return `المحاولة التالية بعد ${status.restarts.estimated ? 'نحو ' : ''}${formats.countdown(remaining)}.`;
}

function restarting(status: Status, now: number): string {
  const { attempt, nextAt } = status.restarts;
  if (status.detail === RESTART_ASKED) return 'يُعاد تشغيلها بناءً على طلبك.';
  if (attempt === undefined && nextAt === undefined && status.lastExit?.code === RESTART_REQUESTED) return 'يُعاد تشغيلها لأنها طلبت ذلك.';
  return `توقفت على نحو غير متوقع. ${nextTry(status, now)}`;
}

const OFF = {
  nobody: 'غير مفعّلة. إذا فُعّلت صمدت البوابة أمام الأعطال وإعادة التشغيل.',
  'profile-served': 'غير مفعّلة: تخدم بوابةُ الملف الافتراضي هذا الملفَّ أيضًا.',
  'kept-by-hermes': 'غير مفعّلة: تُبقي خدمةُ Hermes نفسه هذه البوابةَ عاملة.',
  'started-otherwise': 'غير مفعّلة: يشغّلها شيء آخر. إذا فُعّلت صمدت أمام الأعطال.',
};

const SENTENCES: Readonly<Record<Phase, (status: Status, now: number) => string>> = {
  'not-installed': status => OFF[otherInCharge(status) ?? 'nobody'],
  stopped: ({ desired, startType }) => {
    if (startType === 'disabled') return 'معطَّلة في «الخدمات»، فلا يمكن بدؤها. أصلحها أولًا.';
    return desired === 'stopped' ? 'متوقفة. ستبقى متوقفة إلى أن تشغّلها.' : 'متوقفة.';
  },
  starting: () => 'يجري بدؤها. يستغرق ذلك بضع ثوانٍ.',
  running,
  degraded: ({ problems }) =>
    problems.some(({ code }) => code === 'gateway-degraded')
      ? 'تعمل، لكنها تبلّغ عن خلل. في السجل مزيد من المعلومات.'
      : 'تعمل، لكنها لا تستجيب. إعادة التشغيل تحلّ ذلك عادةً.',
  restarting,
  'waiting-for-sign-in': () => 'تنتظر أن تسجّل الدخول، ثم تبدأ من تلقاء نفسها.',
  'held-for-update': () => 'متوقفة مؤقتًا للتحديث، وستبدأ من تلقاء نفسها.',
  stopping: () => 'يجري إيقافها. قد يستغرق ذلك 20 ثانية.',
  failed: ({ problems }) =>
    problems.some(({ code }) => code === 'bad-update')
      ? 'تتعطّل منذ تحديث، ولن يعيد شيء تشغيلها. السبب في السجل.'
      : 'تعطّلت البوابة، ولن يعيد شيء تشغيلها.',
  'needs-attention': ({ problems }) =>
    problems.some(({ code }) => code === 'launch-failed') ? 'لا تعمل: تعذّر تشغيلها. انظر أدناه.' : 'لا تعمل: يرفض Hermes إعداداتها.',
  'removal-pending': () => 'تجري إزالتها. أغلق «الخدمات» و«إدارة المهام»، أو أعد تشغيل Windows.',
  foreign: ({ service }) => `الاسم ${foreign(service)} يستخدمه برنامج آخر أو مستخدم آخر.`,
  unsupported: () => 'لا شيء في هذا النظام يستطيع إبقاء البوابة قيد التشغيل.',
  unknown: () => 'تعذّرت قراءة حالتها.',
};

const OPERATIONS: Readonly<Record<ShownOperation['verb'], string>> = {
  install: 'يجري التفعيل',
  uninstall: 'يجري إلغاء التفعيل',
  start: 'يجري البدء',
  stop: 'يجري الإيقاف',
  restart: 'تجري إعادة التشغيل',
  update: 'يجري التحديث',
  repair: 'يجري الإصلاح',
};

const STEPS_AR: Readonly<Record<Step, string>> = {
  queueing: 'بانتظار عملية أخرى',
  checking: 'يجري فحص المجلد الرئيسي وبرنامج البوابة',
  defining: 'يجري حفظ التعريف',
  consent: 'بانتظار موافقة مسؤول',
  registering: 'يجري تسجيل الخدمة',
  unregistering: 'تجري إزالة الخدمة',
  'taking-over': 'يجري تسلّم العمل ممّا كان يشغّل البوابة من قبل',
  'putting-back': 'تجري إعادة ما كان يشغّل البوابة من قبل',
  repairing: 'يُصلَح ما ليس كما ينبغي',
  clearing: 'تجري إزالة مجلد الحالة',
  stopping: 'يجري إيقاف البوابة',
  restarting: 'يجري إيقاف البوابة وتشغيلها من جديد',
  starting: 'بانتظار أن تعمل البوابة',
  'earlier-update': 'بانتظار أن يكتمل تحديث سابق',
  'hermes-updater': 'بانتظار برنامج التحديث المدمج',
  'files-in-use': 'بانتظار تحرير ملف',
  updating: 'يجري التحديث',
  resuming: 'يجري تشغيل البوابات من جديد',
};

const ACTIONS: Readonly<Record<Parameters<Messages['action']>[0], string>> = {
  start: 'تشغيل',
  stop: 'إيقاف',
  restart: 'إعادة التشغيل',
  repair: 'إصلاح',
  refresh: 'إعادة المحاولة',
};

const action: Messages['action'] = (verb, phase) => (verb === 'restart' && phase === 'restarting' ? 'المحاولة الآن' : ACTIONS[verb]);

const MEANING: Readonly<Record<Mechanism, string>> = {
  service:
    'تعمل البوابة في جلستك أنت على Windows، بملفاتك وحساباتك. تبدأ عندما تسجّل الدخول وتنتهي عندما تسجّل الخروج، ولا يستطيع أحد غيرك استخدامها.',
  startup:
    'تبدأ البوابة عندما تسجّل الدخول، ويُعاد تشغيلها إذا توقفت، وتنتهي عندما تسجّل الخروج. لا حاجة إلى مسؤول. لا يراقبها Windows نفسه: إذا أُنهي كل ما يخصّها دفعة واحدة عادت عند تسجيل دخولك التالي.',
  embedded: 'تعمل البوابة في الخلفية، ويُعاد تشغيلها إذا توقفت، إلى أن تسجّل الخروج.',
  none: 'لا تعمل البوابة إلا إذا شغّلها شيء آخر.',
};

const CONFIRM_SERVICE = {
  install: 'أتريد تشغيل البوابة كخدمة؟',
  uninstall: 'أتريد التوقف عن تشغيل البوابة كخدمة؟',
  repair: 'أتريد إصلاح خدمة البوابة؟',
};
const CONFIRM_SIGN_IN = {
  install: 'أتريد أن تبدأ البوابة عندما تسجّل الدخول؟',
  uninstall: 'أتريد ألا تبدأ البوابة عندما تسجّل الدخول؟',
  repair: 'أتريد إصلاح خدمة البوابة؟',
};

const turnedOff = (entries: readonly ReceiptEntry[]) =>
  entries.some(entry => entry.action === 'create')
    ? 'تتوقف البوابة، ويُعاد ما كان يشغّلها من قبل.'
    : 'تتوقف البوابة، ولا شيء يشغّلها بعد ذلك من تلقاء نفسه.';

const CONFIRM = { install: 'تفعيل', uninstall: 'إلغاء التفعيل', repair: 'إصلاح' };

const REPAIRED = 'يُصلَح ما تغيّر ويُزال ما بقي. ولا يُعاد تشغيل بوابة تعمل من أجل ذلك.';

const CAUSES: Readonly<Record<StartCause, string>> = {
  asked: 'بدأت.',
  recovery: 'أُعيد تشغيلها بعد تعطّل.',
  'in-place': 'أُعيد تشغيلها بطلب منها.',
  released: 'بدأت من جديد بعد تحديث.',
};

/** What an end means by itself, whatever its code. */
const OUTCOMES: Partial<Readonly<Record<Extract<HistoryRecord, { kind: 'ended' }>['outcome'], string>>> = {
  stopped: 'أُوقفت كما طُلب',
  'stopped-from-outside': 'أوقفها Hermes نفسه',
  'session-ending': 'انتهت الجلسة',
};

function byCode(code: number | null): string {
  if (code === RESTART_REQUESTED) return 'طلبت إعادة تشغيلها';
  if (code === CONFIGURATION_REFUSED) return 'رُفضت الإعدادات (رمز الخروج 78)';
  return code === null ? 'بلا رمز خروج' : `رمز الخروج ${code}`;
}

const NOTES: Readonly<Record<Extract<HistoryRecord, { kind: 'noted' }>['what'], (reason: string) => string>> = {
  held: reason => `أُوقفت مؤقتًا: ${foreign(reason)}`,
  degraded: () => 'تعثّرت.',
  recovered: () => 'عادت إلى حالتها السليمة.',
  updated: reason => `حُدّثت: ${foreign(reason)}`,
  'update-failed': reason => `فشل التحديث: ${foreign(reason)}`,
  'update-interrupted': reason => `انقطع التحديث: ${foreign(reason)}`,
  'not-updated': reason => `لم تُحدَّث: ${foreign(reason)}`,
};

const TOOLTIP_LIMIT = 127;
const clipped = (text: string): string => (text.length <= TOOLTIP_LIMIT ? text : `${text.slice(0, TOOLTIP_LIMIT - 1)}…`);

export const ar: Messages = {
  locale: 'ar',
  direction: 'rtl',

  title: ({ profile, profiles }) => (profiles.length > 1 ? `تشغيل البوابة كخدمة: ${foreign(profile)}` : 'تشغيل البوابة كخدمة'),
  phase: PHASES,
  sentence: (status, now) => SENTENCES[status.phase](status, now),
  announcement: status =>
    status.phase === 'running' || status.phase === 'restarting'
      ? `البوابة: ${PHASES[status.phase]}.`
      : `البوابة: ${SENTENCES[status.phase](status, Number.NaN)}`,
  tooltip: (status, operation) =>
    clipped(
      `بوابة Hermes${status.profile === 'default' ? '' : ` (${foreign(status.profile)})`}: ${operation ? OPERATIONS[operation.verb] : PHASES[status.phase]}`,
    ),
  profileOption: (profile, status) => (status ? `${foreign(profile)} (${PHASES[status.phase]})` : foreign(profile)),
  mechanism: MECHANISMS,
  meaning: MEANING,
  startType: { automatic: 'تلقائي', 'automatic-delayed': 'تلقائي (مؤجَّل)', manual: 'يدوي', disabled: 'معطَّل' },

  operation: ({ verb, step, subject }) =>
    `${step ? STEPS_AR[step] : OPERATIONS[verb]}${subject === undefined ? '' : ` (${foreign(subject)})`}…`,
  action,
  actionLabel: ({ verb, elevated }, phase) => (elevated ? `${action(verb, phase)} (يتطلب موافقة مسؤول)` : action(verb, phase)),
  error: ({ code, message, remedy }) => ERRORS_AR[code] ?? { message: foreign(message), remedy: foreign(remedy) },
  problem: ({ code, message, remedy }) => PROBLEMS_AR[code] ?? { message: foreign(message), remedy: foreign(remedy) },

  confirm: ({ verb, mechanism, elevated, entries }) => ({
    title: mechanism === 'startup' ? CONFIRM_SIGN_IN[verb] : CONFIRM_SERVICE[verb],
    body: verb === 'install' ? MEANING[mechanism] : verb === 'uninstall' ? turnedOff(entries) : REPAIRED,
    changes: 'سيتغيّر ما يلي:',
    confirm: CONFIRM[verb],
    cancel: 'إلغاء',
    ...(elevated && { elevated: 'سيطلب Windows موافقة مسؤول، مرة واحدة.' }),
  }),
  receiptWhat,
  receiptDetail,
  receiptLine: entry => {
    const detail = receiptDetail(entry);
    return `${receiptWhat(entry)} ${foreign(entry.target)}${detail === undefined ? '' : `: ${detail}`}`;
  },

  historyLine: record => {
    switch (record.kind) {
      case 'started':
        return CAUSES[record.cause];
      case 'ended':
        if (record.pid === null) return 'تعذّر تشغيل برنامج البوابة.';
        return `انتهت ${record.uptimeMs < AT_ONCE_MS ? 'فورًا' : `بعد ${formats.duration(record.uptimeMs)}`}: ${OUTCOMES[record.outcome] ?? byCode(record.code)}.`;
      case 'noted':
        return NOTES[record.what](record.reason);
    }
  },
  lastExit: ({ code, at }, now) => `${formats.time(at, now)}: ${byCode(code)}.`,
  restarts: ({ restarts }, now) =>
    restarts.lastAt === undefined
      ? 'لم يُعَد تشغيلها منذ أن شغّلتها'
      : `${counted(restarts.count, RESTART_COUNT)}، آخرها ${formats.time(restarts.lastAt, now)}`,
  ladderDot: ({ delayMs, remainingMs }) =>
    remainingMs === undefined ? formats.seconds(delayMs) : formats.seconds(Math.ceil(remainingMs / 1_000) * 1_000),
  ladder: ({ phase, restarts: { attempt }, recovery }) => {
    const anew = `تبدأ المهل من جديد بعد ${formats.duration(recovery.resetMs)} بلا تعطّل.`;
    return phase === 'restarting' && attempt !== undefined
      ? `${counted(attempt, FAILURE_COUNT)}؛ ${anew}`
      : `بعد كل تعطّل يُعاد تشغيلها وفق هذه المهل. ${anew}`;
  },
  duration: formats.duration,
  uptime: ms => (ms < MINUTE_MS ? 'أقل من دقيقة' : formats.duration(ms)),
  time: formats.time,
  pid: pid => String(pid),
  logCount: (shown, all) => `${shown} من ${all}`,

  asking: 'يجري الاستعلام عن حالتها…',
  outdated: 'خدمة البوابة أحدث من هذا التطبيق. حدّث التطبيق لتتمكّن من إدارتها.',
  connectionLost: {
    message: 'انقطع الاتصال بخدمة البوابة.',
    remedy: 'قد يكون المعروض أدناه قديمًا. يعود الاتصال من تلقاء نفسه، أما التطبيق الذي شُغّل من جديد فله عنوان جديد.',
  },
  noToken: {
    message: 'فُتحت هذه الصفحة دون الرمز الموجود في عنوانها.',
    remedy: `افتح العنوان الكامل الذي طبعه ${foreign('npm start')}؛ كل تشغيل جديد يطبع عنوانًا جديدًا.`,
  },
  update: updateAr,
  details: {
    open: 'التفاصيل',
    mechanism: 'ما يُبقيها',
    meaning: 'ما يعنيه ذلك',
    signIn: 'البدء عند تسجيل الدخول بدلًا من ذلك',
    asService: 'التشغيل كخدمة',
    asServiceLabel: 'التشغيل كخدمة (يتطلب موافقة مسؤول)',
    service: 'اسم الخدمة',
    profile: 'ملف التعريف',
    started: 'بدأت',
    uptime: 'مدة التشغيل',
    gatewayPid: 'معرّف البوابة',
    servicePid: 'معرّف الخدمة',
    startType: 'نوع البدء',
    session: 'الجلسة',
    lastExit: 'آخر انتهاء',
    restarts: 'إعادة التشغيل',
    ladder: 'مهل إعادة التشغيل',
    ladderSeconds: 'مهل إعادة التشغيل بالثواني',
    history: 'ما جرى',
    noHistory: 'لم يحدث شيء بعد.',
    problems: 'المشكلات',
    log: 'السجل',
    noLog: 'السجل فارغ.',
    logPath: 'ملف السجل',
    refreshLog: 'تحديث',
    filterLog: 'تصفية السجل',
    noMatch: 'لا سطر يطابق ذلك.',
    reveal: 'إظهار الملف',
    copy: 'نسخ التفاصيل',
    copied: 'نُسخت',
    copyFailed: 'تعذّر النسخ',
    detail: 'السبب',
    actions: 'الإجراءات',
    repaired: 'ما أُصلح',
  },
  tryIt: {
    title: 'جرّب',
    hint: 'محاكاة لما قد يحدث لبوابة. ليست جزءًا من التطبيق.',
    kill: 'إنهاء قسري',
    'exit-75': 'خروج 75',
    'exit-78': 'خروج 78',
    repair: 'إصلاح',
    hang: 'تعليق',
    update: 'تحديث',
    consent: 'طلب موافقة مسؤول',
    consentTitle: 'أتسمح لهذا التطبيق بإجراء تغييرات على جهازك؟',
    consentHint: 'محاكاة لسؤال Windows. لا تُمنح أي صلاحيات هنا.',
    consentYes: 'نعم',
    consentNo: 'لا',
    consentNever: 'ترك السؤال بلا جواب',
    tray: 'منطقة الإعلام',
    trayHint: 'محاكاة لأيقونة التطبيق في شريط المهام.',
  },
};
