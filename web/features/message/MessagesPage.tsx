import { personColumn } from '../../app/personColumn.tsx'
import './message.css'
import { QuestionCircleOutlined } from '@ant-design/icons'
import { Popover } from 'antd'
import { useTranslation } from 'react-i18next'
import {
  countMessages,
  deliveryState,
  listMessages,
  messageChannels,
  messageStatus,
} from '../../../contract/message.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { type ItemOf, useCall } from '../../query.ts'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { list, useFilters } from '../../ui/filters.ts'
import { balance } from './balance.ts'

type Row = ItemOf<typeof listMessages>

const tones: Record<Row['status'], Tone> = {
  queued: 'neutral',
  sending: 'primary',
  sent: 'success',
  failed: 'danger',
  suppressed: 'info',
  unknown: 'warning',
}

const deliveries: Record<NonNullable<Row['delivery']>, Tone> = {
  undelivered: 'danger',
  delivered: 'success',
  read: 'success',
}

export default function MessagesPage() {
  const { t } = useTranslation()
  const code = useCode()
  const [filters, setFilters] = useFilters()
  const status = messageStatus.options.filter((one) => list(filters['status']).includes(one))
  const channel = messageChannels.filter((one) => list(filters['channel']).includes(one))
  const delivery = deliveryState.options.filter((one) => list(filters['delivery']).includes(one))
  const personId = Number(list(filters['personId'])[0]) || undefined
  const counts = useCall(countMessages)
  const messages = useList(listMessages, {
    ...(status.length > 0 ? { status } : {}),
    ...(channel.length > 0 ? { channel } : {}),
    ...(delivery.length > 0 ? { delivery } : {}),
    ...(personId ? { personId } : {}),
  })

  const columns: Column<Row>[] = [
    personColumn(t('messages.person'), (one) => ({ id: one.personId, name: one.personName }), {
      after: (one) => <span className="secondary small">{one.address}</span>,
    }),
    column('status', t('messages.status'), (one) => (
      <StatusTag tone={tones[one.status]}>{code('messageStatus', one.status)}</StatusTag>
    )),
    column('reason', t('messages.reason'), (one) => code('suppressionReason', one.reason) || '—'),
    column('subject', t('messages.subject'), (one) => one.subject ?? '—'),
    column('channel', t('messages.channel'), (one) => (
      <>
        {code('channel', one.channel)}
        {one.parts !== null && one.parts > 1 && (
          <span className="secondary small"> {t('messages.parts', { n: one.parts })}</span>
        )}
      </>
    )),
    column('delivery', t('messages.delivery'), (one) =>
      one.delivery ? (
        <StatusTag tone={deliveries[one.delivery]}>{code('delivery', one.delivery)}</StatusTag>
      ) : (
        '—'
      ),
    ),
    column('cost', t('messages.cost'), { wideOnly: true }, (one) =>
      one.cost ? <span className="num">{one.cost.toFixed(2)}</span> : '—',
    ),
    column('purpose', t('messages.purpose'), { wideOnly: true }, (one) => code('purpose', one.purpose)),
    column('due', t('messages.due'), (one) => <TimeText at={one.dueAt} show="moment" />),
    column('finished', t('messages.finished'), { wideOnly: true }, (one) => (
      <TimeText at={one.finishedAt} show="moment" />
    )),
  ]

  return (
    <ListPage
      title={t('messages.title')}
      above={
        <>
          <Account counts={counts} onOpen={(wanted) => setFilters({ status: wanted })} />
          <div className="filter-bar">
            <SelectFilter
              label={t('messages.filter.status')}
              all={t('messages.filter.all')}
              of="status"
              options={messageStatus.options.map((value) => ({ value, text: code('messageStatus', value) }))}
            />
            <SelectFilter
              label={t('messages.filter.channel')}
              all={t('messages.filter.allChannels')}
              of="channel"
              options={messageChannels.map((value) => ({ value, text: code('channel', value) }))}
            />
            <SelectFilter
              label={t('messages.filter.delivery')}
              all={t('messages.filter.allDeliveries')}
              of="delivery"
              options={deliveryState.options.map((value) => ({ value, text: code('delivery', value) }))}
            />
          </div>
        </>
      }
      source={messages}
      columns={columns}
      rowKey={(one) => one.id}
      empty={{ title: t('messages.empty'), hint: t('messages.emptyHint') }}
    />
  )
}

type AccountProps = {
  counts: ReturnType<typeof useCall<typeof countMessages>>
  onOpen: (status: string | string[] | undefined) => void
}

function Account({ counts, onOpen }: AccountProps) {
  const { t } = useTranslation()
  const { data } = counts
  if (counts.isError || !data) return <Unloaded query={counts} height={70} />
  const { underWay, gap } = balance(data)
  const shown = [
    { name: 'targeted', n: data.targeted, status: undefined },
    { name: 'sent', n: data.sent, status: 'sent' },
    { name: 'failed', n: data.failed, status: 'failed' },
    { name: 'suppressed', n: data.suppressed, status: 'suppressed' },
    { name: 'unknown', n: data.unknown, status: 'unknown' },
    { name: 'underWay', n: underWay, status: ['queued', 'sending'] },
  ] as const
  return (
    <section aria-label={t('messages.account')}>
      <div className="message-account">
        {shown.map(({ name, n, status }) => (
          <Figure
            key={name}
            label={t(`messages.name.${name}`)}
            value={count(n)}
            onOpen={() => onOpen(typeof status === 'object' ? [...status] : status)}
            help={
              <Popover trigger="click" content={<p className="message-how">{t(`messages.how.${name}`)}</p>}>
                <button
                  type="button"
                  className="plain-button message-help"
                  aria-label={`${t(`messages.name.${name}`)}：${t('figures.explain')}`}
                >
                  <QuestionCircleOutlined aria-hidden />
                </button>
              </Popover>
            }
          />
        ))}
      </div>
      {gap === 0 ? (
        <p className="secondary small">
          {t('messages.balanced')}：
          {t('messages.equation', {
            targeted: count(data.targeted),
            sent: count(data.sent),
            failed: count(data.failed),
            suppressed: count(data.suppressed),
            unknown: count(data.unknown),
            underWay: count(underWay),
          })}
        </p>
      ) : (
        <Notice tone="danger" title={t('messages.unbalanced', { n: count(Math.abs(gap)) })} />
      )}
    </section>
  )
}
