import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { campaignStatus, type CampaignSummary, listCampaigns } from '../../../contract/campaign.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { may, useMe } from '../../session.tsx'
import { first, list, useFilters } from '../../ui/filters.ts'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { campaignTones } from './status.ts'

const levels = [1, 2, 3, 4] as const

export default function CampaignsPage() {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const navigate = useNavigate()
  const [filters] = useFilters()
  const status = campaignStatus.options.filter((one) => list(filters['status']).includes(one))
  const level = levels.find((one) => String(one) === first(filters['level']))
  const campaigns = useList(listCampaigns, {
    ...(status.length > 0 && { status }),
    ...(level && { level }),
  })
  const add = may(me, 'campaign.write') && (
    <LinkButton to="/campaigns/new" type="primary">
      {t('campaigns.add')}
    </LinkButton>
  )
  const columns: Column<CampaignSummary>[] = [
    column('name', t('campaigns.name'), (one) => (
      <span className="tag-line">
        <Link to="/campaigns/$id" params={{ id: String(one.id) }}>
          {one.name}
        </Link>
        {one.emergency && <StatusTag tone="danger">{t('campaigns.emergency')}</StatusTag>}
      </span>
    )),
    column('status', t('campaigns.status'), 110, (one) => (
      <StatusTag tone={campaignTones[one.status]}>{t(`campaigns.statuses.${one.status}`)}</StatusTag>
    )),
    column('level', t('campaigns.level'), 140, (one) => t(`campaigns.levels.${one.level}`)),
    column('purpose', t('campaigns.purpose'), { width: 100, wideOnly: true }, (one) =>
      code('purpose', one.purpose),
    ),
    column('priority', t('campaigns.priority'), { width: 90, align: 'right' }, (one) =>
      one.priority.toFixed(1),
    ),
    column('entered', t('campaigns.entered'), { width: 90, align: 'right' }, (one) =>
      count(one.entered - one.heldOut),
    ),
    column('heldOut', t('campaigns.heldOut'), { width: 90, align: 'right' }, (one) => count(one.heldOut)),
    column('started', t('campaigns.started'), 130, (one) => <TimeText at={one.startedAt} show="moment" />),
    column(
      'site',
      t('campaigns.site'),
      { width: 140, wideOnly: true },
      (one) => one.siteName ?? t('campaigns.allSites'),
    ),
    column('by', t('campaigns.createdBy'), { width: 110, wideOnly: true }, (one) => one.createdByName),
  ]
  return (
    <ListPage
      title={t('campaigns.title')}
      actions={add}
      source={campaigns}
      columns={columns}
      rowKey={(one) => one.id}
      onOpen={(one) => void navigate({ to: '/campaigns/$id', params: { id: String(one.id) } })}
      filters={
        <>
          <SelectFilter
            label={t('campaigns.status')}
            of="status"
            all={t('campaigns.allStatuses')}
            options={campaignStatus.options.map((value) => ({
              value,
              text: t(`campaigns.statuses.${value}`),
            }))}
          />
          <SelectFilter
            label={t('campaigns.level')}
            of="level"
            all={t('campaigns.allLevels')}
            options={levels.map((value) => ({ value: String(value), text: t(`campaigns.levels.${value}`) }))}
          />
        </>
      }
      empty={{ title: t('campaigns.empty'), hint: t('campaigns.emptyHint'), action: add }}
    />
  )
}
