import './inbox.css'
import { Button } from 'antd'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { liveEvents } from '../../app/live.tsx'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { makeStale } from '../../ui/useDo.ts'
import { useShortcut } from '../../ui/useShortcut.ts'
import { CannedDialog } from './CannedDialog.tsx'
import { ConversationList } from './ConversationList.tsx'
import { SearchDialog } from './SearchDialog.tsx'
import { StartDialog } from './StartDialog.tsx'
import { conversationRoutes } from './stale.ts'
import { ThreadPanel } from './ThreadPanel.tsx'

/** The one inbox: who waits at the left, what was said in the middle, who it is at the right. */
export default function InboxPage() {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const { id } = useParams({ strict: false })
  const openId = id ? Number(id) : null
  const [dialog, setDialog] = useState<'search' | 'start' | 'canned' | null>(null)
  const writes = may(me, 'conversation.write')
  const ofSite =
    me.permissions['conversation.write'] === 'site' || me.permissions['conversation.write'] === 'all'

  useEffect(() => {
    const refresh = () => makeStale(conversationRoutes)
    liveEvents.addEventListener('conversation', refresh)
    return () => liveEvents.removeEventListener('conversation', refresh)
  }, [])

  const open = (next: number | null) => {
    const keep = ((old: object) => old) as never
    if (next === null) void navigate({ to: '/inbox', search: keep })
    else void navigate({ to: '/inbox/$id', params: { id: String(next) }, search: keep })
  }
  const step = (by: number) => {
    const rows = Array.from(document.querySelectorAll<HTMLElement>('.inbox-row'))
    const focused = rows.findIndex((row) => row === document.activeElement)
    const at = focused >= 0 ? focused : rows.findIndex((row) => row.classList.contains('is-open'))
    const target = rows[Math.min(rows.length - 1, Math.max(0, at + by))]
    target?.focus()
    target?.scrollIntoView({ block: 'nearest' })
  }
  useShortcut('j', () => step(1))
  useShortcut('k', () => step(-1))
  useShortcut('Escape', () => open(null), { enabled: openId !== null, whileTyping: false })
  useShortcut('f', () => setDialog('search'), { enabled: dialog === null })

  return (
    <div className={`inbox ${openId === null ? 'is-list' : 'is-thread'}`}>
      <div className="inbox-head">
        <PageHeader
          title={t('inbox.title')}
          extra={
            <>
              <Button onClick={() => setDialog('search')}>{t('inbox.search')}</Button>
              {writes && <Button onClick={() => setDialog('canned')}>{t('inbox.canned')}</Button>}
              {writes && ofSite && <Button onClick={() => setDialog('start')}>{t('inbox.start')}</Button>}
            </>
          }
        />
      </div>
      <ConversationList openId={openId} />
      {openId === null ? (
        <div className="inbox-none">
          <EmptyState title={t('inbox.pick')} hint={t('inbox.pickHint')} />
        </div>
      ) : (
        <ThreadPanel key={openId} id={openId} onOpen={open} />
      )}
      {dialog === 'search' && <SearchDialog onOpen={open} onClose={() => setDialog(null)} />}
      {dialog === 'start' && <StartDialog onOpen={open} onClose={() => setDialog(null)} />}
      {dialog === 'canned' && <CannedDialog onClose={() => setDialog(null)} />}
    </div>
  )
}
