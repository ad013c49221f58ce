import { App, Button } from 'antd'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import { listCallBacks } from '../../../contract/call-back.ts'
import type { countTasks, TaskSummary } from '../../../contract/task.ts'
import type { AnswerOf } from '../../api.ts'
import { clock } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { TaskRow } from './TaskRow.tsx'

type PickOneProps = {
  counts: AnswerOf<typeof countTasks> | undefined
  first: TaskSummary | undefined
  canStart: boolean
  onStart: () => Promise<unknown>
}

const shown = 6

function endOfDay(of: string): string {
  const end = new Date(of)
  end.setHours(24, 0, 0, 0)
  return end.toISOString()
}

/** Until somebody is chosen: what today holds, and who comes first. */
export function PickOne({ counts, first, canStart, onStart }: PickOneProps) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const { message } = App.useApp()
  const explain = useExplain()
  const time = useTime()
  const [busy, setBusy] = useState(false)
  const [from] = useState(() => new Date().toISOString())
  const calls = useCall(listCallBacks, { query: { from, to: endOfDay(from), whose: 'mine' } })
  const planned = calls.data?.items ?? []

  async function start() {
    setBusy(true)
    try {
      if ((await onStart()) === null) void message.info(t('desk.nothingNext'))
    } catch (error) {
      void message.error(explain(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <section className="desk-pick" aria-label={t('desk.work')}>
      <h2>{t('desk.plan.title', { day: time.day(new Date()) })}</h2>
      {counts && (
        <p>
          {(['redFlags', 'overdue', 'todo', 'waiting'] as const)
            .filter((one) => counts[one] > 0)
            .map((one) => t(`desk.plan.${one}`, { n: counts[one] }))
            .join(' · ')}
        </p>
      )}
      {first && (
        <section aria-label={t('desk.plan.first')}>
          <h3>{t('desk.plan.first')}</h3>
          <div className="plan-row">
            <TaskRow task={first} done={false} />
          </div>
        </section>
      )}
      {canStart && (
        <Button type="primary" size="large" loading={busy} onClick={() => void start()}>
          {t('desk.startFirst')}
        </Button>
      )}
      <p className="secondary small desk-pick-hint">{t('desk.pickHint')}</p>
      {planned.length > 0 && (
        <section aria-label={t('desk.plan.calls')}>
          <h3>{t('desk.plan.calls')}</h3>
          <ul>
            {planned.slice(0, shown).map((one) => (
              <li key={one.id}>
                <b>{clock(new Date(one.at))}</b>{' '}
                <Link to="/desk/$taskId" params={{ taskId: String(one.id) }}>
                  {one.personName}
                </Link>{' '}
                <span className="secondary small">{shipped(one.title)}</span>
              </li>
            ))}
          </ul>
          {planned.length > shown && (
            <Link to="/call-backs">{t('desk.plan.more', { n: planned.length - shown })}</Link>
          )}
        </section>
      )}
    </section>
  )
}
