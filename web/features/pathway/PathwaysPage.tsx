import { Link, useNavigate } from '@tanstack/react-router'
import { Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { type PathwaySummary, listPathways } from '../../../contract/pathway.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, ListPage, column } from '../../ui/ListPage.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { NewPathway } from './NewPathway.tsx'
import { useSwitchActive } from './useSwitchActive.ts'

export default function PathwaysPage() {
  const { t } = useTranslation()
  const shipped = useShipped()
  const code = useCode()
  const me = useMe()
  const navigate = useNavigate()
  const pathways = useCall(listPathways)
  const switchActive = useSwitchActive()
  const enrolled = (one: PathwaySummary, n: number, status?: string) =>
    may(me, 'enrollment.read') && n > 0 ? (
      <Link to="/enrollments" search={{ pathwayId: String(one.id), status } as never}>
        {count(n)}
      </Link>
    ) : (
      count(n)
    )

  const columns: Column<PathwaySummary>[] = [
    column('name', t('pathways.name'), (one) => (
      <Link to="/pathways/$id" params={{ id: String(one.id) }}>
        {shipped(one.name)}
      </Link>
    )),
    column('active', t('pathways.entering'), (one) =>
      may(me, 'pathway.write') ? (
        <Switch
          checked={one.active}
          disabled={one.version === null}
          checkedChildren={t('pathways.on')}
          unCheckedChildren={t('pathways.off')}
          aria-label={`${t('pathways.entering')}: ${shipped(one.name)}`}
          onChange={() => switchActive(one)}
        />
      ) : (
        <StatusTag tone={one.active ? 'success' : 'neutral'}>
          {t(one.active ? 'pathways.on' : 'pathways.off')}
        </StatusTag>
      ),
    ),
    column('open', t('pathways.open'), { align: 'right' }, (one) => enrolled(one, one.openEnrollments)),
    column('completed', t('pathways.completed'), { align: 'right' }, (one) =>
      enrolled(one, one.completedEnrollments, 'completed'),
    ),
    column('stopped', t('pathways.stopped'), { align: 'right' }, (one) =>
      enrolled(one, one.stoppedEnrollments, 'stopped'),
    ),
    column('purpose', t('pathways.purpose'), (one) => code('purpose', one.purpose)),
    column('version', t('pathways.version'), (one) => (
      <span className="tag-line">
        {one.version === null ? (
          <StatusTag tone="warning">{t('editor.unpublished')}</StatusTag>
        ) : (
          t('pathways.versionOf', { n: one.version })
        )}
        {one.draftAsked && <StatusTag tone="info">{t('editor.draftAsked')}</StatusTag>}
      </span>
    )),
    column(
      'published',
      t('pathways.published'),
      (one) => one.publishedAt && <TimeText at={one.publishedAt} show="day" />,
    ),
  ]
  return (
    <ListPage
      title={t('pathways.title')}
      actions={may(me, 'pathway.write') && <NewPathway pathways={pathways.data?.items ?? []} />}
      source={{ ...pathways, items: pathways.data?.items ?? [] }}
      columns={columns}
      rowKey={(one) => one.id}
      onOpen={(one) => void navigate({ to: '/pathways/$id', params: { id: String(one.id) } })}
      empty={{ title: t('pathways.empty'), hint: t('pathways.emptyHint') }}
    />
  )
}
