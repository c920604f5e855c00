// The row "Run gateway as service", beside LoginItemSetting and with the same contract: it loads on mount, the value of the main process
// wins, a rejection keeps the old value and shows the error, and it is hidden without a bridge or on an unsupported system.

import 'hermes-gateway-service/renderer.css'

import { useStore } from '@nanostores/react'
import {
  type ButtonProps,
  type ConfirmProps,
  en,
  GatewayServicePanel,
  type RowProps,
  type SwitchProps
} from 'hermes-gateway-service/renderer'
import { useEffect } from 'react'

import { Button } from '@/components/ui/button'
import { ConfirmDialog } from '@/components/ui/confirm-dialog'
import { Switch } from '@/components/ui/switch'
import { $gatewayService } from '@/store/gateway-service'
import { notifyError } from '@/store/notifications'

import { ListRow } from './primitives'

function ServiceSwitch({ id, checked, busy, disabled, labelledBy, describedBy, onChange }: SwitchProps) {
  return (
    <Switch
      aria-busy={busy}
      aria-describedby={describedBy}
      aria-labelledby={labelledBy}
      checked={checked}
      disabled={disabled}
      id={id}
      // A disabled switch would lose the focus during an operation.
      onCheckedChange={on => !busy && onChange(on)}
      size="xs"
    />
  )
}

function ServiceButton({ children, onClick, label, variant, disabled, expanded, controls, ref }: ButtonProps) {
  return (
    <Button
      aria-controls={controls}
      aria-disabled={disabled}
      aria-expanded={expanded}
      aria-label={label}
      onClick={() => !disabled && onClick()}
      ref={ref}
      size="sm"
      type="button"
      variant={variant === 'primary' ? 'default' : 'ghost'}
    >
      {children}
    </Button>
  )
}

function ServiceRow({ title, description, controls }: RowProps) {
  return <ListRow action={<div className="flex items-center gap-2">{controls}</div>} description={description} title={title} />
}

function ServiceConfirm({ text, children, onConfirm, onCancel }: ConfirmProps) {
  const description = (
    <>
      {text.body} {text.elevated} {text.changes}
      {children}
    </>
  )

  return (
    <ConfirmDialog
      cancelLabel={text.cancel}
      confirmLabel={text.confirm}
      description={description}
      dismissOnConfirm
      onClose={onCancel}
      onConfirm={onConfirm}
      open
      title={text.title}
    />
  )
}

const COMPONENTS = { Switch: ServiceSwitch, Button: ServiceButton, Row: ServiceRow, Confirm: ServiceConfirm }

export function GatewayServiceSetting({ profile }: { profile: string }) {
  const store = $gatewayService(profile)
  const { error } = useStore(store)

  useEffect(() => {
    // A declined consent is no failure.
    if (error && error.code !== 'consent-declined') {
      notifyError(new Error(error.message), "Couldn't change the gateway service")
    }
  }, [error])

  return <GatewayServicePanel components={COMPONENTS} messages={en} store={store} />
}
