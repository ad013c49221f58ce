import { useTranslation } from 'react-i18next'
import { type CampaignDetail, campaignGoal } from '../../../contract/campaign.ts'
import { listCampaignMembers } from '../../../contract/campaign-effect.ts'
import { heldOut, variants } from '../../../contract/pathway.ts'
import { personColumn } from '../../app/personColumn.tsx'
import { count } from '../../format/number.ts'
import type { ItemOf } from '../../query.ts'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, ListTable, useList, column } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useSides } from './useSides.ts'

type Row = ItemOf<typeof listCampaignMembers>

/** The persons behind the figures, as far as the reader may see them. */
export function MemberList({ campaign }: { campaign: CampaignDetail }) {
  const { t } = useTranslation()
  const [filters] = useFilters()
  const side = useSides(campaign.plan.variants)
  const sides = [...variants.slice(0, campaign.plan.variants), heldOut] as const
  const variant = sides.find((one) => one === first(filters['variant']))
  const did = campaignGoal.options.find((one) => one === first(filters['did']))
  const members = useList(
    listCampaignMembers,
    { ...(variant && { variant }), ...(did && { did }) },
    { params: { id: campaign.id } },
  )
  const columns: Column<Row>[] = [
    personColumn(t('campaigns.members.person'), (one) => ({ id: one.personId, name: one.name })),
    column('variant', t('campaigns.members.variant'), (one) => side(one.variant)),
    column('entered', t('campaigns.members.entered'), (one) => <TimeText at={one.enteredAt} show="moment" />),
    column('answered', t('campaigns.members.answered'), { wideOnly: true }, (one) => (
      <TimeText at={one.answeredAt} show="moment" />
    )),
    column('booked', t('campaigns.members.booked'), { wideOnly: true }, (one) => (
      <TimeText at={one.bookedAt} show="moment" />
    )),
    column('visited', t('campaigns.members.visited'), (one) => <TimeText at={one.visitedAt} show="moment" />),
    column('visits', t('campaigns.members.visits'), { align: 'right', wideOnly: true }, (one) =>
      count(one.visits),
    ),
    column('revenue', t('campaigns.members.revenue'), { align: 'right' }, (one) => count(one.revenue)),
  ]
  return (
    <>
      <div className="filter-bar">
        <SelectFilter
          label={t('campaigns.members.variant')}
          of="variant"
          all={t('campaigns.members.allVariants')}
          options={sides.map((value) => ({ value, text: side(value) }))}
        />
        <SelectFilter
          label={t('campaigns.members.did')}
          of="did"
          all={t('campaigns.members.allOutcomes')}
          options={campaignGoal.options.map((value) => ({ value, text: t(`campaigns.goals.${value}`) }))}
        />
      </div>
      <ListTable
        label={t('campaigns.tab.members')}
        source={members}
        columns={columns}
        rowKey={(one) => `${one.personId} ${one.enteredAt}`}
        empty={{ title: t('campaigns.members.empty') }}
      />
    </>
  )
}
