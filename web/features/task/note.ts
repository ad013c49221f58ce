const noteKey = (taskId: number) => `careloop.note.${taskId}`

/** A note that was begun and not yet recorded; lost only where the browser refuses storage, as some do in frames of another site. */
export function keptNote(taskId: number): string {
  try {
    return sessionStorage.getItem(noteKey(taskId)) ?? ''
  } catch {
    return ''
  }
}

export function keepNote(taskId: number, note: string) {
  try {
    if (note === '') sessionStorage.removeItem(noteKey(taskId))
    else sessionStorage.setItem(noteKey(taskId), note)
  } catch {
    // It stays on the screen until the result is recorded.
  }
}
