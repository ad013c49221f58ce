import { useCallback, useEffect, useState } from 'react'
import type { ApiError } from '../api.ts'

/** What a screen shows, loaded when it comes, and again on demand; `failed` while there is nothing and it could not be fetched. */
export function useLoad<T>(load: () => Promise<T>, key: string) {
  const [state, setState] = useState<{ key: string; data?: T; failed?: string }>({ key })
  const again = useCallback(() => {
    load().then(
      (data) => setState({ key, data }),
      (error: unknown) => setState({ key, failed: (error as ApiError).id }),
    )
    // What is loaded is named by the key.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key])
  useEffect(again, [again])
  const { data, failed } = state.key === key ? state : {}
  return { data, failed, again }
}
