const prefix = 'careloop.draft.'

/** What is typed stays in this tab only, until it is saved, discarded or somebody signs out. */
export function keepDraft(key: string, values: object) {
  try {
    sessionStorage.setItem(prefix + key, JSON.stringify(values))
  } catch {
    // Storage refused or full: the form itself still holds everything.
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
