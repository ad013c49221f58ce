import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  activateSegment,
  changeListMembers,
  createList,
  createSegment,
  deleteSegment,
  getSegment,
  listSegmentMembers,
  listSegments,
  type SegmentDetail,
} from '../../../contract/segment.ts'
import { personColumn } from '../../app/personColumn.tsx'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Chart } from '../../ui/Chart.tsx'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { lookAgain } from './counting.ts'
import { UserLink } from './UserLink.tsx'
import { useConditionWords } from '../questionnaire/useConditionWords.ts'
import { AlikeDialog } from './AlikeDialog.tsx'
import { ListDialog } from './ListDialog.tsx'
import { useMadeBy } from './useMadeBy.ts'
import './segment.css'

export default function SegmentPage() {
  const { id } = useParams({ strict: false })
  const segment = useCall(
    getSegment,
    { params: { id: Number(id) } },
    { refetchInterval: ({ state }) => lookAgain(state.data && [state.data]) },
  )
  if (!segment.data) return <Unloaded page query={segment} />
  return <Shown segment={segment.data} />
}

type Member = {
  personId: number
  name: string
  since: string
  sex: string
  age: number | null
  lastVisitAt: string | null
}

function Shown({ segment }: { segment: SegmentDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const shipped = useShipped()
  const isList = segment.kind === 'list'
  const members = useList(listSegmentMembers, {}, { params: { id: segment.id } })
  const takeOut = useDo(changeListMembers, {
    done: t('segments.takenOut'),
    stale: [listSegmentMembers, getSegment, listSegments],
  })
  const write = segment.abilities.write
  const columns: Column<Member>[] = [
    personColumn(t('segments.person'), (one) => ({ id: one.personId, name: one.name }), { width: 180 }),
    column('sex', t('segments.sexAge'), 120, (one) =>
      [code('sex', one.sex), one.age].filter((part) => part !== null && part !== '').join(' '),
    ),
    column('visit', t('segments.lastVisit'), 130, (one) => <TimeText at={one.lastVisitAt} />),
    column('since', t('segments.since'), 130, (one) => <TimeText at={one.since} />),
    ...(isList && write
      ? [
          column('actions', '', { width: 90, align: 'right' as const }, (one: Member) => (
            <button
              type="button"
              className="plain-button"
              onClick={() => takeOut.mutate({ params: { id: segment.id }, body: { remove: [one.personId] } })}
            >
              {t('segments.takeOut')}
            </button>
          )),
        ]
      : []),
  ]
  return (
    <ListPage
      title={shipped(segment.name)}
      actions={may(me, 'segment.write') && <Actions segment={segment} />}
      source={members}
      columns={columns}
      rowKey={(one) => one.personId}
      above={<About segment={segment} />}
      empty={
        isList
          ? { title: t('segments.noMembersList'), hint: t('segments.noMembersListHint') }
          : { title: t('segments.noMembers'), hint: t('segments.noMembersHint') }
      }
    />
  )
}

function About({ segment }: { segment: SegmentDetail }) {
  const { t } = useTranslation()
  const madeBy = useMadeBy()
  const inWords = useConditionWords()
  const activate = useDo(activateSegment, {
    done: t('segments.activated'),
    stale: [listSegments, getSegment],
  })
  const { history } = segment
  const option = () => ({
    grid: { left: 48, right: 16, top: 12, bottom: 28 },
    xAxis: { type: 'category' as const, data: history.map((one) => one.day) },
    yAxis: { type: 'value' as const, minInterval: 1, scale: true },
    series: [{ type: 'line' as const, showSymbol: false, data: history.map((one) => one.members) }],
  })
  return (
    <div className="stack segment-about">
      {!segment.active && (
        <Notice
          tone="info"
          title={t('segments.asleepHint')}
          {...(segment.abilities.write && {
            action: (
              <Button onClick={() => activate.mutate({ params: { id: segment.id } })}>
                {t('segments.activate')}
              </Button>
            ),
          })}
        />
      )}
      <section className="panel" aria-label={t('segments.rule')}>
        <p className="tag-line">
          <span>{madeBy(segment)}</span>
          <strong>
            {segment.refreshedAt
              ? t('segments.personsOf', { n: count(segment.members) })
              : t(segment.active ? 'segments.notCounted' : 'segments.asleep')}
          </strong>
          {segment.worth && (
            <span title={t('segments.worthHint')}>
              <StatusTag tone="neutral">{t('segments.worth')}</StatusTag>
            </span>
          )}
          {segment.pathways.map((one) => (
            <UserLink key={one.id} user={one} />
          ))}
        </p>
        {segment.rule && <p className="segment-words">{inWords(segment.rule)}</p>}
      </section>
      {history.length > 1 && (
        <Chart
          title={t('segments.history')}
          height={160}
          option={option}
          table={{
            columns: [t('segments.day'), t('segments.members')],
            rows: history.map((one) => [one.day, count(one.members)]),
          }}
        />
      )}
    </div>
  )
}

function Actions({ segment }: { segment: SegmentDetail }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [dialog, setDialog] = useState<'alike' | 'list' | null>(null)
  const open = (id: number) => void navigate({ to: '/segments/$id', params: { id: String(id) } })
  const remove = useRemove(segment)
  const freeze = useDo(createList, {
    done: t('segments.frozen'),
    stale: [listSegments],
    onDone: (made) => open(made.segment.id),
  })
  const today = new Date().toISOString().slice(0, 10)
  const isList = segment.kind === 'list'
  const own = segment.abilities.write
  return (
    <>
      <Link to="/segments">{t('segments.back')}</Link>
      {!isList && own && (
        <Button
          type="primary"
          onClick={() => void navigate({ to: '/segments/$id/edit', params: { id: String(segment.id) } })}
        >
          {t('segments.edit')}
        </Button>
      )}
      {isList && own && (
        <Button type="primary" onClick={() => setDialog('list')}>
          {t('segments.upload')}
        </Button>
      )}
      {!isList && (
        <Button
          onClick={() =>
            void navigate({ to: '/segments/new', search: { copy: String(segment.id) } as never })
          }
        >
          {t('segments.duplicate')}
        </Button>
      )}
      <Button
        title={t('segments.freezeHint')}
        loading={freeze.isPending}
        onClick={() =>
          freeze.mutate({
            body: {
              code: `${segment.code.slice(0, 48)}-${today}`,
              name: `${segment.name} ${today}`,
              siteId: segment.siteId,
              fromSegmentId: segment.id,
            },
          })
        }
      >
        {t('segments.freeze')}
      </Button>
      <Button onClick={() => setDialog('alike')}>{t('segments.alike')}</Button>
      {own && (
        <Button danger onClick={remove}>
          {t('segments.remove')}
        </Button>
      )}
      {dialog === 'alike' && <AlikeDialog segment={segment} onClose={() => setDialog(null)} onMade={open} />}
      {dialog === 'list' && <ListDialog list={segment} onClose={() => setDialog(null)} />}
    </>
  )
}

/** A rule is deleted at once and can be brought back, as it is all in its text; the members of a list are not, so one is asked first. */
function useRemove(segment: SegmentDetail): () => void {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { modal, message } = App.useApp()
  const { name, code, siteId, rule } = segment
  const restore = useDo(createSegment, {
    done: t('segments.restored', { name }),
    stale: [listSegments],
    onDone: (made) => void navigate({ to: '/segments/$id', params: { id: String(made.id) } }),
  })
  const remove = useDo(deleteSegment, {
    stale: [listSegments],
    onDone: () => {
      void navigate({ to: '/segments' })
      const key = `removed-${segment.id}`
      void message.open({
        key,
        type: 'success',
        duration: 8,
        content: (
          <>
            {t('segments.removed', { name })}{' '}
            {rule && (
              <button
                type="button"
                className="plain-button"
                onClick={() => {
                  message.destroy(key)
                  restore.mutate({ body: { name, code, siteId, rule } })
                }}
              >
                {t('segments.undo')}
              </button>
            )}
          </>
        ),
      })
    },
  })
  const act = () => remove.mutate({ params: { id: segment.id } })
  if (rule) return act
  return () =>
    void modal.confirm({
      title: t('segments.removeList', { name }),
      content: t('segments.removeListText', { n: count(segment.members) }),
      okText: t('segments.remove'),
      okButtonProps: { danger: true },
      onOk: act,
    })
}
