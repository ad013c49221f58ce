import './campaign.css'
import { Tabs } from 'antd'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { budgetExhausted, type CampaignDetail, getCampaign } from '../../../contract/campaign.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { first, useFilters } from '../../ui/filters.ts'
import { Notice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { EffectPanel } from './EffectPanel.tsx'
import { MemberList } from './MemberList.tsx'
import { PlanView } from './PlanView.tsx'
import { PreviewPanel } from './PreviewPanel.tsx'
import { campaignTones } from './status.ts'
import { SteerButtons } from './SteerButtons.tsx'

const tabs = ['plan', 'preview', 'effect', 'members'] as const

/** A campaign from plan to effect. */
export default function CampaignPage() {
  const { t } = useTranslation()
  const code = useCode()
  const { id } = useParams({ strict: false })
  const [filters, setFilters] = useFilters()
  const query = useCall(
    getCampaign,
    { params: { id: Number(id) } },
    // A cancelled one is being withdrawn, which is watched; a running one goes on for days.
    { refetchInterval: ({ state }) => lookAgain(state.data) },
  )
  if (!query.data) return <Unloaded page query={query} height={480} />
  const campaign = query.data
  const begun = campaign.startedAt !== null
  const usual = begun ? 'effect' : campaign.status === 'submitted' ? 'preview' : 'plan'
  const chosen = tabs.find((one) => one === first(filters['tab'])) ?? usual
  return (
    <div className="page">
      <PageHeader title={campaign.name} extra={<SteerButtons campaign={campaign} />}>
        <p className="tag-line secondary">
          <StatusTag tone={campaignTones[campaign.status]}>
            {t(`campaigns.statuses.${campaign.status}`)}
          </StatusTag>
          {campaign.emergency && <StatusTag tone="danger">{t('campaigns.emergency')}</StatusTag>}
          <span>
            {[
              t(`campaigns.levels.${campaign.level}`),
              code('purpose', campaign.purpose),
              campaign.siteName ?? t('campaigns.allSites'),
              `${t('campaigns.priority')} ${campaign.priority.toFixed(1)}`,
              ...(campaign.underWay > 0 && campaign.status !== 'cancelled'
                ? [t('campaigns.underWay', { n: count(campaign.underWay) })]
                : []),
              ...(campaign.unsentMessages > 0 && campaign.status !== 'cancelled'
                ? [t('campaigns.unsent', { n: count(campaign.unsentMessages) })]
                : []),
              ...(campaign.spent !== null && campaign.budget !== null
                ? [
                    t('campaigns.spent', {
                      spent: campaign.spent.toFixed(2),
                      budget: campaign.budget.toFixed(2),
                    }),
                  ]
                : []),
            ].join(' · ')}
          </span>
        </p>
        <Phases campaign={campaign} />
      </PageHeader>
      <Notices campaign={campaign} />
      <Tabs
        activeKey={chosen}
        onChange={(tab) =>
          setFilters({ tab: tab === usual ? undefined : tab, variant: undefined, did: undefined })
        }
        destroyOnHidden
        items={[
          { key: 'plan', label: t('campaigns.tab.plan'), children: <PlanView campaign={campaign} /> },
          ...(begun
            ? [
                {
                  key: 'effect',
                  label: t('campaigns.tab.effect'),
                  children: <EffectPanel campaign={campaign} />,
                },
                {
                  key: 'members',
                  label: t('campaigns.tab.members'),
                  children: <MemberList campaign={campaign} />,
                },
              ]
            : [
                {
                  key: 'preview',
                  label: t('campaigns.tab.preview'),
                  children: <PreviewPanel campaign={campaign} />,
                },
              ]),
        ]}
      />
    </div>
  )
}

function lookAgain(campaign: CampaignDetail | undefined): number | false {
  if (campaign?.status === 'running') return 60_000
  return campaign?.status === 'cancelled' && campaign.underWay + campaign.unsentMessages > 0 ? 3000 : false
}

const phases = ['plan', 'approve', 'run', 'learn'] as const
const phaseOf: Record<CampaignDetail['status'], number> = {
  draft: 0,
  submitted: 1,
  running: 2,
  paused: 2,
  finished: 3,
  cancelled: 3,
}

/** Where it stands in the closed loop. */
function Phases({ campaign }: { campaign: CampaignDetail }) {
  const { t } = useTranslation()
  const at = phaseOf[campaign.status]
  return (
    <ol className="campaign-phases">
      {phases.map((phase, n) => (
        <li key={phase} {...(n === at && { 'aria-current': 'step' as const })} data-done={n < at}>
          {t(`campaigns.phases.${phase}`)}
        </li>
      ))}
    </ol>
  )
}

function Notices({ campaign }: { campaign: CampaignDetail }) {
  const { t } = useTranslation()
  const { status, returned, pausedReason, underWay, unsentMessages, approvals } = campaign
  return (
    <>
      {status === 'draft' && returned && (
        <Notice
          tone="warning"
          title={t('campaigns.returnedBy', { name: returned.byName, reason: returned.reason })}
        />
      )}
      {status === 'paused' && (
        <Notice
          tone="warning"
          title={t('campaigns.pausedBecause', {
            reason: pausedReason === budgetExhausted ? t('campaigns.budgetExhausted') : (pausedReason ?? ''),
          })}
        />
      )}
      {status === 'cancelled' && (
        <Notice tone="info" title={t('campaigns.cancelledBecause', { reason: pausedReason ?? '' })}>
          {underWay + unsentMessages > 0 &&
            t('campaigns.ending', { n: count(underWay), messages: count(unsentMessages) })}
        </Notice>
      )}
      {approvals.length > 0 && (
        <p className="secondary small">
          {approvals.map((one, n) => (
            <span key={n}>
              {t('campaigns.approvedBy', { name: one.byName })} <TimeText at={one.at} show="moment" />{' '}
            </span>
          ))}
        </p>
      )}
    </>
  )
}
