import { useTranslation } from 'react-i18next'
import { type IntakeNoteGroup, listIntakeNotes } from '../../../contract/intake.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { type Column, ListPage } from '../../ui/ListPage.tsx'
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
    {
      key: 'sender',
      title: t('intake.notes.column.sender'),
      render: (one) => [one.sender, one.facility].filter(Boolean).join(' · ') || '—',
    },
    {
      key: 'field',
      title: t('intake.notes.column.field'),
      width: 110,
      render: (one) => <b className="mono">{one.location}</b>,
    },
    { key: 'kind', title: t('intake.notes.column.kind'), render: (one) => code('intakeNote', one.kind) },
    {
      key: 'example',
      title: t('intake.notes.column.example'),
      wideOnly: true,
      render: (one) => <span className="mono">{one.example ?? '—'}</span>,
    },
    {
      key: 'messages',
      title: t('intake.notes.column.messages'),
      width: 100,
      align: 'right',
      render: (one) => count(one.messages),
    },
    {
      key: 'last',
      title: t('intake.notes.column.last'),
      width: 150,
      render: (one) => <TimeText at={one.lastAt} show="moment" />,
    },
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
              value={days === '7' ? undefined : days}
              options={spans
                .filter((one) => one !== '7')
                .map((value) => ({ value, text: t('intake.notes.days', { n: value }) }))}
              onChange={(value) => setFilters({ days: value })}
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
