import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { guidanceLine } from '../../i18n/guidanceLine.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { type Guidance, listGuidance, listGuidanceVersions } from '../../../contract/guidance.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { type Column, ListPage, column } from '../../ui/ListPage.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { GuidanceEditor } from './GuidanceEditor.tsx'

/** Texts for patients, by place and diagnosis. */
export default function GuidancePage() {
  const { t } = useTranslation()
  const shipped = useShipped(guidanceLine)
  const me = useMe()
  const [filters] = useFilters()
  const [editing, setEditing] = useState<Guidance | 'new' | null>(null)
  const [history, setHistory] = useState<Guidance | null>(null)
  const texts = useCall(listGuidance, {})
  const search = first(filters['search'])
  const items = (texts.data?.items ?? []).filter(
    (one) =>
      !search ||
      [one.title, shipped(one.title), one.body, ...one.conditionCodes].some((text) => text.includes(search)),
  )
  const place = (one: Guidance) => one.departmentName ?? one.siteName ?? t('guidance.everywhere')
  const columns: Column<Guidance>[] = [
    column('title', t('guidance.name'), (one) => (
      <>
        {shipped(one.title)} {!one.active && <StatusTag tone="neutral">{t('guidance.inactive')}</StatusTag>}
      </>
    )),
    column('place', t('guidance.place'), place),
    column('condition', t('guidance.condition'), (one) => one.conditionCodes.join(' ') || t('guidance.any')),
    column('changed', t('guidance.changed'), { wideOnly: true }, (one) => (
      <>
        <TimeText at={one.changedAt} /> · {shipped(one.changedByName)}
      </>
    )),
    column('given', t('guidance.givenTimes'), { align: 'right', wideOnly: true }, (one) => one.given),
    column('acts', t('team.acts'), (one) => (
      <Button size="small" onClick={() => setHistory(one)}>
        {t('guidance.versions', { n: one.version })}
      </Button>
    )),
  ]
  return (
    <>
      <ListPage
        title={t('guidance.pageTitle')}
        actions={
          may(me, 'guidance.write') && (
            <Button type="primary" onClick={() => setEditing('new')}>
              {t('guidance.add')}
            </Button>
          )
        }
        filters={<TextFilter label={t('guidance.search')} of="search" />}
        source={{ ...texts, items }}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => (one.mayWrite ? setEditing(one) : setHistory(one))}
        empty={{ title: t('guidance.empty'), hint: t('guidance.emptyHint') }}
      />
      {editing && (
        <GuidanceEditor text={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
      {history && <Versions text={history} onClose={() => setHistory(null)} />}
    </>
  )
}

function Versions({ text, onClose }: { text: Guidance; onClose: () => void }) {
  const { t } = useTranslation()
  const shipped = useShipped(guidanceLine)
  const time = useTime()
  const versions = useCall(listGuidanceVersions, { params: { id: text.id } }, { staleTime: 0 })
  return (
    <Dialog title={shipped(text.title)} onClose={onClose}>
      {(versions.data?.items ?? []).map((one) => (
        <section key={one.version}>
          <h3>
            {t('guidance.version', { n: one.version })} · {time.moment(one.changedAt)} ·{' '}
            {shipped(one.changedByName)}
          </h3>
          <p>
            <b>{shipped(one.title)}</b>
          </p>
          <p className="pre-line">{shipped(one.body)}</p>
        </section>
      ))}
    </Dialog>
  )
}
