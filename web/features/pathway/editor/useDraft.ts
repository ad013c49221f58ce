import { useCallback, useEffect, useRef, useState } from 'react'
import { getPathwayDraft, type PathwayDraft, savePathwayDraft } from '../../../../contract/pathway-draft.ts'
import { getPathway, listPathways, type PathwayDefinition } from '../../../../contract/pathway.ts'
import { ApiError, call } from '../../../api.ts'
import { keyOf, queryClient } from '../../../query.ts'

const pause = 700

type Saving =
  | { is: 'saved' | 'waiting' | 'saving' }
  /** Somebody else saved meanwhile: theirs is what the server has. */
  | { is: 'conflict'; theirs: PathwayDraft | null }
  | { is: 'failed'; error: Error }

type Options = {
  id: number
  /** What the server has: the draft, or the version in force while there is none. */
  initial: { definition: PathwayDefinition; draft: PathwayDraft | null }
  definition: PathwayDefinition
}

/**
 * Saves what is written a moment after the last change, one save at a time, over the revision the last one made. When somebody else saved
 * meanwhile it stops until the user decides which counts.
 */
export function useDraft({ id, initial, definition }: Options) {
  const [draft, setDraft] = useState(initial.draft)
  const [saving, setSaving] = useState<Saving>({ is: 'saved' })
  const state = useRef({
    definition,
    saved: initial.definition,
    revision: initial.draft?.revision ?? 0,
    busy: false,
  })
  const stopped = useRef(false)

  const save = useCallback(
    async (keepalive = false): Promise<PathwayDraft | null> => {
      const now = state.current
      if (now.busy || stopped.current || now.definition === now.saved) return null
      const sent = now.definition
      now.busy = true
      setSaving({ is: 'saving' })
      try {
        const made = await call(
          savePathwayDraft,
          { params: { id }, body: { definition: sent, revision: now.revision } },
          { keepalive },
        )
        now.revision = made.revision
        now.saved = sent
        setDraft(made)
        setSaving({ is: now.definition === sent ? 'saved' : 'waiting' })
        for (const contract of [listPathways, getPathway, getPathwayDraft])
          void queryClient.invalidateQueries({ queryKey: keyOf(contract), refetchType: 'none' })
        return made
      } catch (error) {
        if (error instanceof ApiError && error.id === 'changed-meanwhile') {
          stopped.current = true
          const { draft: theirs } = await call(getPathwayDraft, { params: { id } })
          setSaving({ is: 'conflict', theirs })
        } else setSaving({ is: 'failed', error: error as Error })
        return null
      } finally {
        now.busy = false
      }
    },
    [id],
  )

  useEffect(() => {
    state.current.definition = definition
    if (stopped.current) return
    if (definition === state.current.saved) {
      // An undo has brought back what is saved already.
      setSaving((now) => (now.is === 'waiting' ? { is: 'saved' } : now))
      return
    }
    setSaving((now) => (now.is === 'saving' ? now : { is: 'waiting' }))
    const timer = setTimeout(() => void save(), pause)
    return () => clearTimeout(timer)
  }, [definition, save, draft])

  // Whoever leaves within the pause loses nothing.
  useEffect(() => {
    const leave = () => void save(true)
    addEventListener('pagehide', leave)
    return () => {
      removeEventListener('pagehide', leave)
      leave()
    }
  }, [save])

  /** Saves what waits and answers the revision that holds it; null when it could not be saved. */
  const settle = useCallback(async (): Promise<number | null> => {
    while (state.current.busy) await new Promise((resolve) => setTimeout(resolve, 50))
    if (state.current.definition !== state.current.saved) await save()
    return state.current.definition === state.current.saved ? state.current.revision : null
  }, [save])

  /** After a conflict: whose version goes on. Mine is saved over theirs, with theirs seen. */
  const resolve = useCallback(
    (mine: boolean, theirs: PathwayDraft | null) => {
      state.current.revision = theirs?.revision ?? 0
      stopped.current = false
      if (mine) void save()
      else {
        if (theirs) state.current.saved = theirs.definition
        setDraft(theirs)
        setSaving({ is: 'saved' })
      }
    },
    [save],
  )

  /** What the server answered to something else than saving: asked, sent back. */
  const adopt = useCallback((next: PathwayDraft) => {
    state.current.revision = next.revision
    setDraft(next)
  }, [])

  return { draft, saving, settle, resolve, adopt, retry: () => void save() }
}
