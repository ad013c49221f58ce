const key = 'careloop.signed-in'

/** Only a hint which script to fetch first; it grants nothing. */
export function wasSignedIn(): boolean {
  return localStorage.getItem(key) === '1'
}

export function rememberSignedIn() {
  localStorage.setItem(key, '1')
}

export function forgetSignedIn() {
  localStorage.removeItem(key)
}
