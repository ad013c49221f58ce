const key = 'careloop.booking'

/** In a frame of another site a browser may refuse all storage. */
function storage(): Storage | null {
  try {
    return sessionStorage
  } catch {
    return null
  }
}

/** A proved number lives as long as the tab, so that reloading the page asks for no new code. */
export const keptToken = (): string | null => storage()?.getItem(key) ?? null

export function keepToken(token: string | null) {
  if (token === null) storage()?.removeItem(key)
  else storage()?.setItem(key, token)
}

const largeKey = 'careloop.booking.large'

/** Whoever needs large type once needs it again. */
export const keptLarge = (): boolean => {
  try {
    return localStorage.getItem(largeKey) === '1'
  } catch {
    return false
  }
}

export function keepLarge(large: boolean) {
  try {
    localStorage.setItem(largeKey, large ? '1' : '0')
  } catch {
    // Then it holds for this visit.
  }
}
