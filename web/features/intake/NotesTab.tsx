import { useTranslation } from 'react-i18next'
import { type IntakeNoteGroup, listIntakeNotes } from '../../../contract/intake.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { type Column, ListPage, column } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, useFilters } from '../../ui/filters.ts'

const spans = ['1', '7', '30', '90'] as const

/** What could not be used of applied messages, by sender and field; a row opens its messages. */
export function NotesTab() {
  const { t } = useTranslation()
  const code = useCode()
  const [filters, setFilters] = useFilters()
  const days = spans.find((one) => one === first(filters['days'])) ?? '7'
  const notes = useCall(listIntakeNotes, { query: { days: Number(days) } })
  const columns: Column<IntakeNoteGroup>[] = [
    column(
      'sender',
      t('intake.notes.column.sender'),
      (one) => [one.sender, one.facility].filter(Boolean).join(' · ') || '—',
    ),
    column('field', t('intake.notes.column.field'), 110, (one) => <b className="mono">{one.location}</b>),
    column('kind', t('intake.notes.column.kind'), (one) => code('intakeNote', one.kind)),
    column('example', t('intake.notes.column.example'), { wideOnly: true }, (one) => (
      <span className="mono">{one.example ?? '—'}</span>
    )),
    column('messages', t('intake.notes.column.messages'), { width: 100, align: 'right' }, (one) =>
      count(one.messages),
    ),
    column('last', t('intake.notes.column.last'), 150, (one) => <TimeText at={one.lastAt} show="moment" />),
  ]
  return (
    <ListPage
      title={t('intake.notes.title')}
      above={
        <>
          <p className="secondary">{t('intake.notes.hint')}</p>
          <div className="filter-bar">
            <SelectFilter
              label={t('intake.notes.column.last')}
              all={t('intake.notes.days', { n: 7 })}
              of="days"
              options={spans
                .filter((one) => one !== '7')
                .map((value) => ({ value, text: t('intake.notes.days', { n: value }) }))}
            />
          </div>
        </>
      }
      source={{ ...notes, items: notes.data?.items ?? [] }}
      columns={columns}
      rowKey={(one) => `${one.sender}|${one.facility}|${one.kind}|${one.location}`}
      onOpen={(one) =>
        setFilters({
          tab: undefined,
          days: undefined,
          sender: one.sender,
          facility: one.facility || undefined,
          note: one.kind,
          noteAt: one.location,
        })
      }
      empty={{ title: t('intake.notes.empty'), hint: t('intake.notes.emptyHint', { n: days }) }}
    />
  )
}
