// The row shows a failure itself. A toast is for a user who does not see the row, once for each failure: every push carries it again.

import { useStore } from '@nanostores/react'
import type { GatewayServiceState, GatewayServiceStore } from 'hermes-gateway-service/renderer'
import { useEffect } from 'react'

type Failure = NonNullable<GatewayServiceState['error']>

/** Ids of the failures that the user knows. */
const known = new Set<string>()

/** @param row id of the element that shows the failures of this store */
export function useFailureToasts(store: GatewayServiceStore, row: string, toast: (failure: Failure) => void): void {
  const { error } = useStore(store)

  useEffect(() => {
    if (error) {
      tellOnce(error, row, toast)
    }
  }, [error, row, toast])

  // An operation that the user has left fails later.
  useEffect(
    () => () => {
      if (!store.get().operation) {
        return
      }

      const leave = store.listen(({ operation, error: failure }) => {
        if (operation) {
          return
        }

        leave()

        if (failure) {
          tellOnce(failure, row, toast)
        }
      })
    },
    [store, row, toast]
  )
}

function tellOnce(failure: Failure, row: string, toast: (failure: Failure) => void): void {
  if (known.has(failure.id)) {
    return
  }

  known.add(failure.id)

  // A declined consent is no failure.
  if (failure.code !== 'consent-declined' && !isInView(document.getElementById(row))) {
    toast(failure)
  }
}

function isInView(element: HTMLElement | null): boolean {
  const { top, bottom } = element?.getBoundingClientRect() ?? { top: 0, bottom: 0 }

  return !document.hidden && bottom > 0 && top < window.innerHeight
}
