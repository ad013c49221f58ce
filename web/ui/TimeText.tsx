import { useTime } from '../format/useTime.ts'

/** A time: relative in lists, exact on hover; `exact` turns it round. */
export function TimeText({
  at,
  show = 'relative',
}: {
  at: string | null | undefined
  show?: 'relative' | 'moment' | 'day'
}) {
  const time = useTime()
  if (!at) return <span className="secondary">—</span>
  const other = show === 'relative' ? time.moment(at) : time.relative(at)
  return (
    <time dateTime={at} title={other} style={{ whiteSpace: 'nowrap' }}>
      {time[show](at)}
    </time>
  )
}
