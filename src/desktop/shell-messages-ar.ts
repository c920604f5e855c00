/** The Arabic catalogue of what only a desktop shell says. */

import type { AlertKind } from './notification-model.ts';
import type { Announcement, ShellMessages } from './shell-messages.ts';

const ALERTS: Readonly<Record<AlertKind, Announcement>> = {
  'crash-loop': { title: 'تتعطّل مرارًا', body: 'يُعاد تشغيلها مرة بعد مرة. السبب في السجل.' },
  configuration: { title: 'تحتاج إلى انتباهك', body: 'يرفض Hermes إعداداتها، فلا يُعاد تشغيلها. أصلح الإعدادات، ثم شغّل البوابة.' },
  failed: { title: 'تعطّلت', body: 'لن يعيد شيء تشغيلها. افتح Hermes لمعرفة السبب ولتشغيلها.' },
  'removal-pending': { title: 'قيد الإزالة', body: 'أغلق «الخدمات» و«إدارة المهام»، أو أعد تشغيل Windows، لتكتمل الإزالة.' },
  recovered: { title: 'عادت إلى العمل', body: 'لا يلزم فعل شيء.' },
};

export const shellAr: ShellMessages = {
  tray: {
    open: appName => `فتح ${appName}`,
    logs: 'فتح السجلات',
    quit: (appName, goesOn) => (goesOn ? `إنهاء ${appName} (تواصل البوابة عملها)` : `إنهاء ${appName}`),
    update: {
      none: 'البحث عن تحديثات',
      checking: 'يجري البحث عن تحديثات…',
      downloading: 'يجري تنزيل تحديث…',
      ready: 'إعادة التشغيل للتحديث',
    },
  },
  alert: (kind, profile) => {
    const { title, body } = ALERTS[kind];
    return { title: `بوابة Hermes${profile === 'default' ? '' : ` (\u2068${profile}\u2069)`}: ${title}`, body };
  },
  closedToTray: appName => ({
    title: `يبقى ${appName} في منطقة الإعلام`,
    body: 'انقر أيقونته لفتحه من جديد. «إنهاء» في قائمة الأيقونة.',
  }),
};
