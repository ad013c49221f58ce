import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import {
  cancelMatchRun,
  getMatchRun,
  listMatchPairs,
  type MatchRun,
  startMatchRun,
} from '../../../contract/match.ts'
import { count } from '../../format/number.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { useDo } from '../../ui/useDo.ts'

const going = (run: MatchRun | null | undefined) => run?.status === 'waiting' || run?.status === 'running'

/** How far the comparison of all patients is, and the buttons to start and stop it for those who see all of them. */
export function RunLine() {
  const { t } = useTranslation()
  const me = useMe()
  const time = useTime()
  const query = useCall(getMatchRun)
  const run = query.data?.run
  const polled = useCall(getMatchRun, {}, going(run) ? { refetchInterval: 1500 } : {})
  const latest = polled.data?.run
  const options = { stale: [getMatchRun, listMatchPairs] }
  const start = useDo(startMatchRun, options)
  const cancel = useDo(cancelMatchRun, options)
  if (!may(me, 'person.merge') || latest === undefined) return null
  return (
    <div className="match-run" aria-live="polite">
      {latest && <span className="secondary small">{words(latest)}</span>}
      {me.permissions['person.merge'] === 'all' &&
        (latest && going(latest) ? (
          <Button size="small" onClick={() => cancel.mutate({ params: { id: latest.id } })}>
            {t('match.runCancel')}
          </Button>
        ) : (
          <Button size="small" loading={start.isPending} onClick={() => start.mutate({})}>
            {t('match.runStart')}
          </Button>
        ))}
    </div>
  )

  function words(one: MatchRun): string {
    const persons = count(one.persons)
    if (one.status === 'waiting') return t('match.runWaiting')
    if (one.status === 'running') return t('match.runGoing', { persons, n: Math.floor(one.progress * 100) })
    const when = time.moment(one.finishedAt ?? one.createdAt)
    if (one.status === 'cancelled') return t('match.runStopped', { time: when })
    if (one.status === 'failed') return t('match.runFailed', { time: when })
    return t('match.runDone', { time: when, persons, found: count(one.found) })
  }
}
