import { useEffect, useState } from 'react'
import { listPersons } from '../../contract/person.ts'
import { useCall } from '../query.ts'

const pause = 150

/** Persons for what is being typed; waits for a short pause so that each letter is not a query. */
export function usePersonSearch(text: string, limit: number) {
  const [settled, setSettled] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text.trim()), pause)
    return () => clearTimeout(timer)
  }, [text])
  const result = useCall(
    listPersons,
    { query: { search: settled, limit } },
    { enabled: settled !== '', placeholderData: (previous) => previous },
  )
  return {
    items: settled === '' ? [] : (result.data?.items ?? []),
    settled: settled === text.trim() && !result.isFetching,
    error: result.error,
  }
}
