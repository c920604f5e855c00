// Stand-ins for modules of the Hermes desktop app and of its dependencies, with the parts that these files use. In that app the real modules
// replace this file.

interface Window {
  readonly hermesDesktop?: { readonly gatewayService?: import('hermes-gateway-service/preload').GatewayServiceBridge }
}

declare module '@nanostores/react' {
  export function useStore<T>(store: { readonly value: T; get(): T; listen(listener: (value: T) => void): () => void }): T
}

declare module '@/components/ui/switch' {
  export function Switch(
    props: Omit<import('react').ComponentProps<'button'>, 'onChange'> & {
      checked: boolean
      onCheckedChange: (checked: boolean) => void
      size?: 'default' | 'xs'
    }
  ): import('react').ReactNode
}

declare module '@/components/ui/button' {
  export function Button(
    props: import('react').ComponentProps<'button'> & { size?: 'sm' | 'default'; variant?: 'default' | 'ghost' | 'destructive' }
  ): import('react').ReactNode
}

declare module '@/components/ui/confirm-dialog' {
  export function ConfirmDialog(props: {
    open: boolean
    onClose: () => void
    onConfirm: () => Promise<void> | void
    title: import('react').ReactNode
    description?: import('react').ReactNode
    confirmLabel?: string
    cancelLabel?: string
    dismissOnConfirm?: boolean
  }): import('react').ReactNode
}

declare module '@/store/notifications' {
  export function notifyError(error: unknown, message: string): void
}

declare module '*/primitives' {
  export function ListRow(props: {
    title: import('react').ReactNode
    description?: import('react').ReactNode
    action?: import('react').ReactNode
  }): import('react').ReactNode
}

declare module '*/handoff-result' {
  export interface HandoffResult {
    ok: boolean
    exitCode: number
    message: string
    branch: string
  }
}
