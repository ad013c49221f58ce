import type { CampaignStatus } from '../../../contract/campaign.ts'
import type { Tone } from '../../ui/StatusTag.tsx'

export const campaignTones: Record<CampaignStatus, Tone> = {
  draft: 'neutral',
  submitted: 'info',
  running: 'success',
  paused: 'warning',
  finished: 'primary',
  cancelled: 'danger',
}
