import { App, Button } from 'antd'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type CampaignDetail,
  cancelCampaign,
  deleteCampaign,
  getCampaign,
  listCampaigns,
  pauseCampaign,
  resumeCampaign,
} from '../../../contract/campaign.ts'
import { count } from '../../format/number.ts'
import { may, useMe } from '../../session.tsx'
import { useFilters } from '../../ui/filters.ts'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { useDo } from '../../ui/useDo.ts'
import { BudgetDialog } from './BudgetDialog.tsx'

const stale = [getCampaign, listCampaigns]

/** What may be done with a campaign now; one of them is the next step. */
export function SteerButtons({ campaign }: { campaign: CampaignDetail }) {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const [, setFilters] = useFilters()
  const { modal } = App.useApp()
  const [asking, setAsking] = useState<'pause' | 'cancel' | 'budget' | null>(null)
  const { id, abilities } = campaign
  const params = { id }
  const resume = useDo(resumeCampaign, { done: t('campaigns.resumed'), stale })
  const remove = useDo(deleteCampaign, {
    done: t('campaigns.deleted'),
    stale,
    onDone: () => void navigate({ to: '/campaigns' }),
  })
  return (
    <>
      {abilities.delete && (
        <Button
          onClick={() =>
            void modal.confirm({
              title: t('campaigns.deleteSure'),
              okText: t('campaigns.delete'),
              okButtonProps: { danger: true },
              onOk: () => remove.mutate({ params }),
            })
          }
        >
          {t('campaigns.delete')}
        </Button>
      )}
      {may(me, 'campaign.write') && (
        <LinkButton to="/campaigns/new" search={{ from: String(id) } as never}>
          {t('campaigns.copy')}
        </LinkButton>
      )}
      {abilities.change && (
        <LinkButton to="/campaigns/$id/edit" params={{ id: String(id) }}>
          {t('campaigns.edit')}
        </LinkButton>
      )}
      {abilities.cancel && (
        <Button danger onClick={() => setAsking('cancel')}>
          {t('campaigns.cancelIt')}
        </Button>
      )}
      {abilities.submit && (
        <Button type="primary" onClick={() => setFilters({ tab: 'preview' })}>
          {t('campaigns.next')}
        </Button>
      )}
      {abilities.budget && campaign.budget !== null && (
        <Button onClick={() => setAsking('budget')}>{t('campaigns.budgetRaise')}</Button>
      )}
      {abilities.resume && (
        <Button type="primary" loading={resume.isPending} onClick={() => resume.mutate({ params })}>
          {t('campaigns.resume')}
        </Button>
      )}
      {abilities.pause && <Button onClick={() => setAsking('pause')}>{t('campaigns.pause')}</Button>}
      {asking === 'budget' && <BudgetDialog campaign={campaign} onClose={() => setAsking(null)} />}
      {asking === 'pause' && (
        <ReasonDialog
          contract={pauseCampaign}
          params={params}
          title={t('campaigns.pauseTitle')}
          okText={t('campaigns.pause')}
          label={t('campaigns.reason')}
          hint={t('campaigns.pauseHint')}
          stale={stale}
          danger
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'cancel' && (
        <ReasonDialog
          contract={cancelCampaign}
          params={params}
          title={t('campaigns.cancelTitle')}
          okText={t('campaigns.cancelIt')}
          label={t('campaigns.reason')}
          hint={t('campaigns.cancelHint', {
            n: count(campaign.underWay),
            messages: count(campaign.unsentMessages),
          })}
          stale={stale}
          danger
          onClose={() => setAsking(null)}
        />
      )}
    </>
  )
}
