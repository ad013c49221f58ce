const prefix = 'careloop.draft.'
const ownerKey = 'careloop.draft-owner'

/** What is typed stays in this tab only, until it is saved, discarded or somebody signs out. @returns whether it is kept */
export function keepDraft(key: string, values: object): boolean {
  try {
    sessionStorage.setItem(prefix + key, JSON.stringify(values))
    return true
  } catch {
    // Storage refused or full: the form itself still holds everything.
    return false
  }
}

export function keptDraft(key: string): Record<string, unknown> | null {
  try {
    const text = sessionStorage.getItem(prefix + key)
    return text ? (JSON.parse(text) as Record<string, unknown>) : null
  } catch {
    return null
  }
}

export function forgetDraft(key: string) {
  try {
    sessionStorage.removeItem(prefix + key)
  } catch {
    // Nothing was kept.
  }
}

/** At sign-out: the next person at this computer finds nothing. */
export function forgetDrafts() {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key)
  } catch {
    // Nothing was kept.
  }
}

/** When a session has run out, what was typed waits for the same person; whoever else signs in finds nothing. */
export function claimDrafts(userId: string) {
  try {
    if (sessionStorage.getItem(ownerKey) !== userId) forgetDrafts()
    sessionStorage.setItem(ownerKey, userId)
  } catch {
    // Nothing is kept.
  }
}
