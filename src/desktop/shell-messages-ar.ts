/** The Arabic catalogue of what only a desktop shell says. */

import type { AlertKind } from './notification-model.ts';
import type { AfterQuit, Announcement, ShellMessages } from './shell-messages.ts';

const ALERTS: Readonly<Record<AlertKind, Announcement>> = {
  'crash-loop': { title: 'تتعطّل مرارًا', body: 'يُعاد تشغيلها مرة بعد مرة. السبب في السجل.' },
  configuration: { title: 'تحتاج إلى انتباهك', body: 'يرفض Hermes إعداداتها، فلا يُعاد تشغيلها. أصلح الإعدادات، ثم شغّل البوابة.' },
  failed: { title: 'تعطّلت', body: 'لن يعيد شيء تشغيلها. افتح Hermes لمعرفة السبب ولتشغيلها.' },
  'bad-update': {
    title: 'تتعطّل منذ تحديث',
    body: 'لا يُعاد تشغيلها بعد الآن. تراجع عن التحديث أو أصلح Hermes، ثم شغّل البوابة؛ السبب في السجل.',
  },
  'removal-pending': { title: 'قيد الإزالة', body: 'أغلق «الخدمات» و«إدارة المهام»، أو أعد تشغيل Windows، لتكتمل الإزالة.' },
  recovered: { title: 'عادت إلى العمل', body: 'لا يلزم فعل شيء.' },
};

const AFTER_QUIT: Readonly<Record<AfterQuit, string>> = {
  nothing: '',
  'gateway-runs': ' (تواصل البوابة عملها)',
  'update-ends': ' (ينتهي التحديث، وتبدأ البوابة من جديد)',
  'update-goes-on': ' (يستمر التحديث)',
};

export const shellAr: ShellMessages = {
  tray: {
    open: appName => `فتح ${appName}`,
    logs: 'فتح السجلات',
    quit: (appName, after) => `إنهاء ${appName}${AFTER_QUIT[after]}`,
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
  loginItem: {
    title: 'فتح هذا التطبيق عند تسجيل الدخول',
    description: 'أيقونته فقط، في منطقة الإعلام. تعمل البوابة من دونه.',
    failed: 'تعذّر تغيير ذلك.',
  },
  closedToTray: appName => ({
    title: `يبقى ${appName} في منطقة الإعلام`,
    body: 'انقر أيقونته لفتحه من جديد. «إنهاء» في قائمة الأيقونة.',
  }),
};
