// Stand-ins for modules of the Hermes desktop app itself, with the parts that these files use; in that app the real modules replace this file.
// Each follows the newest file that could be read, which the comment above it names. What npm has is no stand-in: electron, react, nanostores.

// src/global.d.ts
interface Window {
  readonly hermesDesktop?: { readonly gatewayService?: import('hermes-gateway-service/preload').GatewayServiceBridge }
}

// src/components/ui/switch.tsx: a Radix switch, which is a button.
declare module '@/components/ui/switch' {
  export function Switch(
    props: Omit<import('react').ComponentProps<'button'>, 'onChange'> & {
      checked: boolean
      onCheckedChange: (checked: boolean) => void
      size?: 'default' | 'xs'
    }
  ): import('react').ReactNode
}

// src/components/ui/button.tsx
declare module '@/components/ui/button' {
  export function Button(
    props: import('react').ComponentProps<'button'> & {
      size?: 'default' | 'xs' | 'sm' | 'lg' | 'inline'
      variant?: 'default' | 'destructive' | 'outline' | 'secondary' | 'ghost' | 'link' | 'text' | 'textStrong'
    }
  ): import('react').ReactNode
}

// src/components/ui/confirm-dialog.tsx: Enter confirms, Escape closes; it closes itself after `onConfirm`.
declare module '@/components/ui/confirm-dialog' {
  export function ConfirmDialog(props: {
    open: boolean
    onClose: () => void
    onConfirm: () => Promise<void> | void
    title: import('react').ReactNode
    description?: import('react').ReactNode
    confirmLabel?: string
    busyLabel?: string
    doneLabel?: string
    cancelLabel?: string
    destructive?: boolean
    dismissOnConfirm?: boolean
    onOpenAutoFocus?: (event: Event) => void
  }): import('react').ReactNode
}

// src/components/ui/dialog.tsx
declare module '@/components/ui/dialog' {
  export function preventCloseButtonAutoFocus(event: Event): void
}

// src/lib/haptics.ts
declare module '@/lib/haptics' {
  export type HapticIntent = 'cancel' | 'close' | 'error' | 'open' | 'selection' | 'submit' | 'success' | 'tap' | 'warning'
  export function triggerHaptic(intent?: HapticIntent): void
}

// src/i18n/index.ts, context.tsx and types.ts; `gatewayService` is the part of this integration.
declare module '@/i18n' {
  export interface Translations {
    settings: { gatewayService: import('@/i18n/en_gateway_service').GatewayServiceCopy }
  }
  export function useI18n(): { locale: string; t: Translations }
}

// src/store/notifications.ts: returns the id of the notification.
declare module '@/store/notifications' {
  export function notifyError(error: unknown, fallback: string): string
}

// src/app/settings/primitives.tsx
declare module '*/primitives' {
  export function ListRow(props: {
    title: import('react').ReactNode
    description?: import('react').ReactNode
    hint?: import('react').ReactNode
    action?: import('react').ReactNode
    below?: import('react').ReactNode
    id?: string
    wide?: boolean
    className?: string
  }): import('react').ReactNode
}

// src/app/settings/settings-manifest.ts; `advanced.gatewayService` is the part of this integration.
declare module '*/settings-manifest' {
  export interface SettingDefinition {
    available?: () => boolean
    copy: (t: import('@/i18n').Translations) => { label: string; description?: string }
    keywords: readonly string[]
    subpage?: string
  }
  export const SETTING_IDS: { readonly advanced: { readonly gatewayService: string } }
  export function settingElementId(id: string): string
}

// electron/handoff-result.ts
declare module '*/handoff-result' {
  export interface HandoffResult {
    ok: boolean
    exitCode: number
    manual: boolean
    message: string
    branch: string
  }
}

// electron/updater/index.ts
declare module '*/updater' {
  export type UpdaterMechanism =
    | 'app-installer'
    | 'electron-updater'
    | 'external'
    | 'microsoft-store'
    | 'windows-handoff'
    | 'posix-handoff'
    | 'manual'

  export interface UpdaterStatusWire {
    supported: boolean
    mechanism?: UpdaterMechanism
    updateAvailable?: boolean
    currentVersion?: string
    error?: string
  }

  export interface UpdaterApplyResultWire {
    ok: boolean
    mechanism?: UpdaterMechanism
    error?: string
    message?: string
    manual?: boolean
    bundled?: boolean
    command?: string
    hermesRoot?: string
    handedOff?: boolean
    updater?: string
    [key: string]: unknown
  }

  export interface UpdaterStrategy {
    readonly mechanism: UpdaterMechanism
    check(opts?: { force?: boolean }): Promise<UpdaterStatusWire>
    apply(): Promise<UpdaterApplyResultWire>
  }
}

// electron/updater/relaunch.ts: what consumePendingRelaunch returns.
declare module '*/updater/relaunch' {
  export interface ConsumedRelaunch {
    wasUpdateRelaunch: boolean
    fromVersion?: string
  }
}
