import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { activateSegment, listSegments, type Segment } from '../../../contract/segment.ts'
import { count } from '../../format/number.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, column, ListPage } from '../../ui/ListPage.tsx'
import { Sparkline } from '../../ui/Figure.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useDo } from '../../ui/useDo.ts'
import { TimeText } from '../../ui/TimeText.tsx'
import { ListDialog } from './ListDialog.tsx'
import { lookAgain } from './counting.ts'
import { UserLink } from './UserLink.tsx'
import { OverlapDialog } from './OverlapDialog.tsx'
import { useMadeBy } from './useMadeBy.ts'
import './segment.css'

export default function SegmentsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const madeBy = useMadeBy()
  const shipped = useShipped()
  const activate = useDo(activateSegment, { done: t('segments.activated'), stale: [listSegments] })
  const segments = useCall(listSegments, {}, { refetchInterval: ({ state }) => lookAgain(state.data?.items) })
  const [dialog, setDialog] = useState<'list' | 'overlap' | null>(null)
  const open = (id: number) => void navigate({ to: '/segments/$id', params: { id: String(id) } })
  const items = segments.data?.items ?? []
  const awake = items.filter((one) => one.active)

  const columns: Column<Segment>[] = [
    column('name', t('segments.name'), (one) => (
      <span className="tag-line">
        <Link to="/segments/$id" params={{ id: String(one.id) }}>
          {shipped(one.name)}
        </Link>
        {one.worth && (
          <span title={t('segments.worthHint')}>
            <StatusTag tone="neutral">{t('segments.worth')}</StatusTag>
          </span>
        )}
      </span>
    )),
    column('kind', t('segments.kindLabel'), 160, (one) => madeBy(one)),
    column('members', t('segments.members'), { width: 110, align: 'right' }, (one) =>
      one.active ? (
        one.refreshedAt ? (
          count(one.members)
        ) : (
          t('segments.notCounted')
        )
      ) : one.abilities.write ? (
        <button
          type="button"
          className="plain-button"
          aria-label={`${t('segments.activate')}: ${shipped(one.name)}`}
          onClick={() => activate.mutate({ params: { id: one.id } })}
        >
          {t('segments.activate')}
        </button>
      ) : (
        <span className="secondary">{t('segments.asleep')}</span>
      ),
    ),
    column(
      'trend',
      t('segments.trend'),
      { width: 110, wideOnly: true },
      (one) => one.trend.length > 1 && <Sparkline values={one.trend} />,
    ),
    column('pathways', t('segments.usedBy'), (one) =>
      one.pathways.length === 0 ? (
        <span className="secondary">{t('segments.unused')}</span>
      ) : (
        <span className="tag-line">
          {one.pathways.map((pathway) => (
            <UserLink key={pathway.id} user={pathway} />
          ))}
        </span>
      ),
    ),
    column('counted', t('segments.counted'), { width: 120, wideOnly: true }, (one) => (
      <TimeText at={one.refreshedAt} />
    )),
  ]
  const add = may(me, 'segment.write') && (
    <>
      <Button onClick={() => setDialog('list')}>{t('segments.addList')}</Button>
      <Button type="primary" onClick={() => void navigate({ to: '/segments/new' })}>
        {t('segments.add')}
      </Button>
    </>
  )
  return (
    <>
      <ListPage
        title={t('segments.title')}
        actions={
          <>
            <Link to="/segments/overview">{t('segments.tabs.overview')}</Link>
            {awake.length > 1 && (
              <Button onClick={() => setDialog('overlap')}>{t('segments.overlapOpen')}</Button>
            )}
            {add}
          </>
        }
        source={{ ...segments, items }}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => open(one.id)}
        empty={{ title: t('segments.empty'), hint: t('segments.emptyHint'), action: add }}
      />
      {dialog === 'list' && <ListDialog onClose={() => setDialog(null)} onMade={open} />}
      {dialog === 'overlap' && <OverlapDialog segments={awake} onClose={() => setDialog(null)} />}
    </>
  )
}
