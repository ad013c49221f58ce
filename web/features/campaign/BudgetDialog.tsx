import { useTranslation } from 'react-i18next'
import {
  type CampaignDetail,
  changeCampaignBudget,
  getCampaign,
  listCampaigns,
} from '../../../contract/campaign.ts'
import { NumberField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

/** More money for a campaign that runs, or less. */
export function BudgetDialog({ campaign, onClose }: { campaign: CampaignDetail; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useContractForm(changeCampaignBudget, {
    params: { id: campaign.id },
    values: { budget: campaign.budget },
    draft: false,
    done: t('campaigns.budgetChanged'),
    stale: [getCampaign, listCampaigns],
    onDone: onClose,
  })
  return (
    <FormDialog title={t('campaigns.budgetRaise')} size="small" form={form} onClose={onClose}>
      <p className="secondary">{t('campaigns.budgetHow', { spent: (campaign.spent ?? 0).toFixed(2) })}</p>
      <NumberField label={t('campaigns.budget')} {...form.number('budget')} />
    </FormDialog>
  )
}
