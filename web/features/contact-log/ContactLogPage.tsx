import { useTranslation } from 'react-i18next'
import { countRefusals, listRefusals } from '../../../contract/contact-log.ts'
import { contactChannels, purposes } from '../../../contract/contact.ts'
import { personColumn } from '../../app/personColumn.tsx'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { type ItemOf, useCall } from '../../query.ts'
import { Figure } from '../../ui/Figure.tsx'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { first, list, useFilters } from '../../ui/filters.ts'
import type { contactLog } from '../../i18n/zh-CN/contact-log.ts'
import '../message/message.css'

type Row = ItemOf<typeof listRefusals>
type Help = keyof typeof contactLog.help

const helps: ReadonlySet<string> = new Set<Help>([
  'deceased',
  'open-dispute',
  'opted-out',
  'no-consent',
  'no-address',
  'frequency-cap',
  'form-closed',
  'no-public-address',
])
const periods = [7, 30, 90, 365]

/** Every contact that did not happen, why, and what would allow it. */
export default function ContactLogPage() {
  const { t } = useTranslation()
  const code = useCode()
  const shipped = useShipped()
  const [filters, setFilters] = useFilters()
  const days = periods.find((one) => String(one) === first(filters['days'])) ?? 30
  const channel = contactChannels.filter((one) => list(filters['channel']).includes(one))
  const purpose = purposes.filter((one) => list(filters['purpose']).includes(one))
  const reason = list(filters['reason'])
  const counts = useCall(countRefusals, { query: { days } })
  const refusals = useList(listRefusals, {
    days,
    ...(reason.length > 0 && { reason }),
    ...(channel.length > 0 && { channel }),
    ...(purpose.length > 0 && { purpose }),
  })
  const columns: Column<Row>[] = [
    personColumn(t('contactLog.person'), (one) => ({ id: one.personId, name: one.personName })),
    column('reason', t('contactLog.reason'), (one) => code('suppressionReason', one.reason)),
    column('channel', t('contactLog.channel'), (one) => code('channel', one.channel)),
    column('purpose', t('contactLog.purpose'), (one) => code('purpose', one.purpose)),
    column('cause', t('contactLog.cause'), { wideOnly: true }, (one) =>
      one.pathwayName ? shipped(one.pathwayName) : '—',
    ),
    column('help', t('contactLog.whatHelps'), { wideOnly: true }, (one) =>
      t(`contactLog.help.${helps.has(one.reason) ? (one.reason as Help) : 'other'}`),
    ),
    column('at', t('contactLog.at'), (one) => <TimeText at={one.at} show="moment" />),
  ]
  const reasons = counts.data?.items ?? []
  return (
    <ListPage
      title={t('contactLog.title')}
      above={
        <>
          {counts.isError || !counts.data ? (
            <Unloaded query={counts} height={70} />
          ) : (
            reasons.length > 0 && (
              <section aria-label={t('contactLog.counts')} className="message-account">
                {reasons.map((one) => (
                  <Figure
                    key={one.reason}
                    label={code('suppressionReason', one.reason)}
                    value={count(one.n)}
                    onOpen={() => setFilters({ reason: one.reason })}
                  />
                ))}
              </section>
            )
          )}
          <div className="filter-bar">
            <SelectFilter
              label={t('contactLog.reason')}
              all={t('contactLog.allReasons')}
              of="reason"
              options={reasons.map((one) => ({
                value: one.reason,
                text: code('suppressionReason', one.reason),
              }))}
            />
            <SelectFilter
              label={t('contactLog.channel')}
              all={t('contactLog.allChannels')}
              of="channel"
              options={contactChannels.map((value) => ({ value, text: code('channel', value) }))}
            />
            <SelectFilter
              label={t('contactLog.purpose')}
              all={t('contactLog.allPurposes')}
              of="purpose"
              options={purposes.map((value) => ({ value, text: code('purpose', value) }))}
            />
            <SelectFilter
              label={t('contactLog.days')}
              all={t('contactLog.lastDays', { n: 30 })}
              of="days"
              options={periods
                .filter((one) => one !== 30)
                .map((n) => ({ value: String(n), text: t('contactLog.lastDays', { n }) }))}
            />
          </div>
        </>
      }
      source={refusals}
      columns={columns}
      rowKey={(one) => one.id}
      empty={{ title: t('contactLog.empty'), hint: t('contactLog.emptyHint') }}
    />
  )
}
