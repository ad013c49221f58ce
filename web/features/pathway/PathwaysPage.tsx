import { Link, useNavigate } from '@tanstack/react-router'
import { Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { type PathwaySummary, listPathways } from '../../../contract/pathway.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, ListPage } from '../../ui/ListPage.tsx'
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
    {
      key: 'name',
      title: t('pathways.name'),
      render: (one) => (
        <Link to="/pathways/$id" params={{ id: String(one.id) }}>
          {shipped(one.name)}
        </Link>
      ),
    },
    {
      key: 'active',
      title: t('pathways.entering'),
      render: (one) =>
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
    },
    {
      key: 'open',
      title: t('pathways.open'),
      align: 'right',
      render: (one) => enrolled(one, one.openEnrollments),
    },
    {
      key: 'completed',
      title: t('pathways.completed'),
      align: 'right',
      render: (one) => enrolled(one, one.completedEnrollments, 'completed'),
    },
    {
      key: 'stopped',
      title: t('pathways.stopped'),
      align: 'right',
      render: (one) => enrolled(one, one.stoppedEnrollments, 'stopped'),
    },
    { key: 'purpose', title: t('pathways.purpose'), render: (one) => code('purpose', one.purpose) },
    {
      key: 'version',
      title: t('pathways.version'),
      render: (one) => (
        <span className="tag-line">
          {one.version === null ? (
            <StatusTag tone="warning">{t('editor.unpublished')}</StatusTag>
          ) : (
            t('pathways.versionOf', { n: one.version })
          )}
          {one.draftAsked && <StatusTag tone="info">{t('editor.draftAsked')}</StatusTag>}
        </span>
      ),
    },
    {
      key: 'published',
      title: t('pathways.published'),
      render: (one) => one.publishedAt && <TimeText at={one.publishedAt} show="day" />,
    },
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
