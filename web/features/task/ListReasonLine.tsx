import { useTranslation } from 'react-i18next'
import type { ListReason } from '../../../contract/list-reason.ts'
import { useTime } from '../../format/useTime.ts'
import { useLocalized } from './localized.ts'

/** Values that one of the texts may ask for. */
const unused: Record<
  'n' | 'time' | 'name' | 'band' | 'left' | 'all' | 'hour' | 'reached' | 'tried',
  string | number
> = { n: '', time: '', name: '', band: '', left: '', all: '', hour: '', reached: '', tried: '' }

/** Each fact in a few words, and as a sentence. */
export function useListReason() {
  const { t } = useTranslation()
  const time = useTime()
  const localized = useLocalized()
  return (fact: ListReason): { short: string; long: string } => {
    const both = (
      word:
        | 'red-flag'
        | 'stat'
        | 'urgent'
        | 'overdueDays'
        | 'overdueHours'
        | 'due'
        | 'callNow'
        | 'callLater'
        | 'risk'
        | 'attemptsLeft'
        | 'bestHour',
      values: Partial<typeof unused> = {},
    ) => ({
      short: t(`desk.standing.${word}.short`, { ...unused, ...values }),
      long: t(`desk.standing.${word}.long`, { ...unused, ...values }),
    })
    switch (fact.kind) {
      case 'red-flag':
        return both('red-flag')
      case 'urgent':
        return both(fact.priority)
      case 'overdue': {
        const at = time.moment(fact.dueAt)
        return fact.hours < 24
          ? both('overdueHours', { n: fact.hours, time: at })
          : both('overdueDays', { n: Math.floor(fact.hours / 24), time: at })
      }
      case 'due':
        return both('due', { time: time.moment(fact.dueAt) })
      case 'next-attempt':
        return both(fact.passed ? 'callNow' : 'callLater', { time: time.moment(fact.at) })
      case 'risk':
        return both('risk', {
          name: fact.instrument,
          n: fact.score,
          band: fact.band ? localized(fact.band.text) : '',
          time: time.day(fact.at),
        })
      case 'machine':
        return { short: t(`machine.${fact.why}.short`), long: t(`machine.${fact.why}.long`) }
      case 'attempts-left':
        return both('attemptsLeft', { left: fact.left, all: fact.all })
      case 'best-hour':
        return both('bestHour', { hour: fact.hour, reached: fact.reached, tried: fact.tried })
    }
  }
}

/** Why the task stands where it stands, in one line; each reason in full on hover. */
export function ListReasonLine({ reasons }: { reasons: ListReason[] }) {
  const { t } = useTranslation()
  const wordsOf = useListReason()
  if (reasons.length === 0) return null
  const facts = reasons.map(wordsOf)
  return (
    <p
      className="list-reason-line secondary small"
      title={facts.map((fact) => fact.long).join('\n')}
      aria-label={`${t('desk.standing.label')}：${facts.map((fact) => fact.long).join(' ')}`}
      role="note"
    >
      <b>{t('desk.standing.label')}</b> {facts.map((fact) => fact.short.trim()).join(' · ')}
    </p>
  )
}
