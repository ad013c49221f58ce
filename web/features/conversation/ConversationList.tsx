import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import {
  type Conversation,
  conversationView,
  countConversations,
  listConversations,
} from '../../../contract/conversation.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall, useCallPages } from '../../query.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { VirtualList } from '../../ui/VirtualList.tsx'

const rowHeight = 84
/** Where the live line is broken somebody still sees who waits. */
const fallbackMs = 30_000

/** Who waits: views with what is in them, whoever waits longest first. */
export function ConversationList({ openId }: { openId: number | null }) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const view = conversationView.options.find((one) => one === first(filters['view'])) ?? 'all'
  const order = first(filters['order']) === 'newest' ? 'newest' : 'waiting'
  const conversations = useCallPages(
    listConversations,
    { query: { view, order, limit: 50 } },
    { keepPrevious: true, refetchInterval: fallbackMs },
  )
  const counts = useCall(countConversations, {}, { refetchInterval: fallbackMs })
  const { items } = conversations
  return (
    <section className="inbox-list" aria-label={t('inbox.list')}>
      <div className="inbox-views" role="group" aria-label={t('inbox.views')}>
        {conversationView.options.map((one) => (
          <button
            key={one}
            type="button"
            className="chip"
            aria-pressed={one === view}
            onClick={() => setFilters({ view: one === 'all' ? undefined : one })}
          >
            {t(`inbox.view.${one}`)}
            {one !== 'closed' && counts.data && <b> {counts.data[one]}</b>}
          </button>
        ))}
        {view !== 'closed' && (
          <button
            type="button"
            className="plain-button small"
            onClick={() => setFilters({ order: order === 'newest' ? undefined : 'newest' })}
          >
            {t(`inbox.order.${order}`)}
          </button>
        )}
      </div>
      {counts.data && counts.data.late > 0 && (
        <p className="inbox-late">
          <StatusTag tone="danger">{t('inbox.late', { n: counts.data.late })}</StatusTag>
        </p>
      )}
      {conversations.isPending || conversations.isError ? (
        <Unloaded query={conversations} />
      ) : items.length === 0 ? (
        <EmptyState title={t(`inbox.none.${view}`)} hint={t('inbox.noneHint')} />
      ) : (
        <VirtualList
          items={items}
          rowHeight={rowHeight}
          rowKey={(one) => one.id}
          label={t('inbox.list')}
          activeIndex={items.findIndex((one) => one.id === openId)}
          onEnd={() => {
            if (conversations.hasNextPage && !conversations.isFetchingNextPage)
              void conversations.fetchNextPage()
          }}
          renderRow={(one) => <Row conversation={one} open={one.id === openId} />}
        />
      )}
    </section>
  )
}

function Row({ conversation, open }: { conversation: Conversation; open: boolean }) {
  const { t } = useTranslation()
  const time = useTime()
  const one = conversation
  return (
    <Link
      to="/inbox/$id"
      params={{ id: String(one.id) }}
      search={((old: object) => old) as never}
      className={`inbox-row${open ? ' is-open' : ''}${one.unread > 0 ? ' is-unread' : ''}`}
      aria-current={open ? 'true' : undefined}
    >
      <span className="inbox-row-line">
        <strong>{one.name || t('inbox.unknown')}</strong>
        {one.unread > 0 && (
          <span className="inbox-unread" aria-label={t('inbox.unread', { n: one.unread })}>
            {one.unread}
          </span>
        )}
        <span className="secondary small">{time.relative(one.lastAt)}</span>
      </span>
      <span className="inbox-row-text">{one.preview || one.subject || '—'}</span>
      <span className="inbox-row-line secondary small">
        <span>{t(`inbox.channel.${one.channel}`)}</span>
        <span className="inbox-row-who">
          {one.mine ? t('inbox.mine') : (one.assigneeName ?? one.departmentName ?? t('inbox.nobody'))}
        </span>
        {one.waitingSince ? (
          <StatusTag tone="warning">{t('inbox.waits', { since: time.relative(one.waitingSince) })}</StatusTag>
        ) : (
          one.status !== 'open' && <span>{t(`inbox.status.${one.status}`)}</span>
        )}
      </span>
    </Link>
  )
}
