/** The Arabic words of an update; names and versions are set apart, so that they do not turn their neighbours around. */

import { createFormats } from './formats.ts';
import type { UpdateEnd } from './ipc.ts';
import { ERRORS_AR } from './messages-ar-failures.ts';
import type { UpdateMessages } from './messages-update.ts';

const formats = createFormats('ar-u-nu-latn');
const foreign = (text: string): string => `\u2068${text}\u2069`;

const fromTo = ({ versions }: Pick<UpdateEnd, 'versions'>): string =>
  versions?.from !== undefined && versions.to !== undefined ? ` من ${foreign(versions.from)} إلى ${foreign(versions.to)}` : '';

const ENDS: Readonly<Record<UpdateEnd['outcome'], (end: UpdateEnd) => string>> = {
  updated: end => `تم التحديث${fromTo(end)}`,
  'not-updated': end => `لم يحدث التحديث${fromTo(end)}`,
  failed: end => `فشل التحديث${fromTo(end)}`,
  interrupted: end => `انقطع التحديث${fromTo(end)}`,
};

const REMEDIES: Readonly<Record<UpdateEnd['outcome'], string>> = {
  updated: '',
  'not-updated': 'لم يتغيّر شيء. حدّث مجددًا متى شئت.',
  failed: 'حدّث مجددًا؛ وإذا تكرّر الفشل فاقرأ ما يقوله التحديث.',
  interrupted: 'لا أحد يعلم إلى أين وصل. حدّث مجددًا.',
};

export const updateAr: UpdateMessages = {
  title: update => `يجري تحديث ${foreign(update.what)}${fromTo(update)}`,
  by: ({ who, since }, now) => `${foreign(who)}، منذ ${formats.time(since, now)}`,
  stages: 'خطوات التحديث',
  stage: { stop: 'الإيقاف', update: 'التحديث', start: 'التشغيل من جديد' },
  step: {
    planned: 'يُبحث عن البوابات التي يجب إيقافها.',
    stopping: 'يجري إيقاف البوابة.',
    updating: 'يجري التحديث، ثم تبدأ البوابة من جديد.',
    'handed-off': 'يقوم برنامج آخر بالتحديث، ثم تبدأ البوابة من جديد.',
    starting: 'يجري تشغيل البوابة من جديد.',
    done: 'انتهى.',
  },
  gateways: 'البوابات',
  gateway: { waiting: 'قيد التشغيل', stopped: 'متوقفة للتحديث', up: 'تعمل من جديد', failed: 'تعطّلت' },
  end: (end, now) => {
    const what = `${ENDS[end.outcome](end)} في ${formats.time(end.at, now)} (${foreign(end.what)})`;
    const why = end.why === undefined ? undefined : ERRORS_AR[end.why];
    return why ? { message: `${what}: ${why.message}`, remedy: why.remedy } : { message: `${what}.`, remedy: REMEDIES[end.outcome] };
  },
  dismiss: 'إخفاء',
};
