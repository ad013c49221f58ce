const key = 'careloop.signed-in'

/** Only a hint which script to fetch first; it grants nothing. */
export function wasSignedIn(): boolean {
  return localStorage.getItem(key) === '1'
}

export function rememberSignedIn() {
  localStorage.setItem(key, '1')
}

let leaving = false

/** Signing out also ends this window's own stream; the way to the sign-in page must not lose against the reload that follows from that. */
export function isLeaving(): boolean {
  return leaving
}

export function startLeaving() {
  leaving = true
}

export function forgetSignedIn() {
  localStorage.removeItem(key)
}
