// The row "Run gateway as service", beside MinimizeToTraySetting and with the same contract: it loads on mount, the value of the main process
// wins, a rejection keeps the old value and shows the error, and it is hidden without a bridge or on an unsupported system.

import 'hermes-gateway-service/renderer.css'

import { useStore } from '@nanostores/react'
import { type ButtonProps, type ConfirmProps, GatewayServicePanel, type RowProps, type SwitchProps } from 'hermes-gateway-service/renderer'
import { useCallback } from 'react'

import { Button } from '@/components/ui/button'
import { ConfirmDialog } from '@/components/ui/confirm-dialog'
import { preventCloseButtonAutoFocus } from '@/components/ui/dialog'
import { Switch } from '@/components/ui/switch'
import { useI18n } from '@/i18n'
import { triggerHaptic } from '@/lib/haptics'
import { $gatewayService } from '@/store/gateway-service'
import { notifyError } from '@/store/notifications'

import { ListRow } from './primitives'
import { SETTING_IDS, settingElementId } from './settings-manifest'
import { useFailureToasts } from './use-failure-toasts'

function ServiceSwitch({ id, checked, busy, disabled, labelledBy, describedBy, onChange }: SwitchProps) {
  return (
    <Switch
      aria-busy={busy}
      aria-describedby={describedBy}
      aria-labelledby={labelledBy}
      checked={checked}
      disabled={disabled}
      id={id}
      onCheckedChange={on => {
        // A disabled switch would lose the focus during an operation.
        if (busy) {
          return
        }

        triggerHaptic('selection')
        onChange(on)
      }}
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

// The description is a paragraph, so the changes are lines of text in it. The operation goes on in the row: the dialog closes at once.
function ServiceConfirm({ text, lines, onConfirm, onCancel }: ConfirmProps) {
  const description = (
    <>
      {text.body} {text.elevated} {text.changes}
      {lines.map(line => (
        <span className="block" key={line}>
          {line}
        </span>
      ))}
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
      onOpenAutoFocus={preventCloseButtonAutoFocus}
      open
      title={text.title}
    />
  )
}

const COMPONENTS = { Switch: ServiceSwitch, Button: ServiceButton, Row: ServiceRow, Confirm: ServiceConfirm }

export function GatewayServiceSetting({ profile }: { profile: string }) {
  const { t } = useI18n()
  const c = t.settings.gatewayService
  const store = $gatewayService(profile)
  const { supported } = useStore(store)
  const id = settingElementId(SETTING_IDS.advanced.gatewayService)

  useFailureToasts(
    store,
    id,
    useCallback(error => notifyError(new Error(c.messages.error(error).message), c.failed), [c])
  )

  if (!supported) {
    return null
  }

  return (
    <div id={id}>
      <GatewayServicePanel components={COMPONENTS} messages={c.messages} store={store} />
    </div>
  )
}
