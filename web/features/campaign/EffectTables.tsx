import { type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { CampaignDetail } from '../../../contract/campaign.ts'
import type { CampaignEffect } from '../../../contract/campaign-effect.ts'
import { count, percent } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { useSides } from './useSides.ts'

/** The numbers behind the effect: sides, messages by wave, reasons, and who stayed or came back. */
export function EffectTables({ campaign, effect }: { campaign: CampaignDetail; effect: CampaignEffect }) {
  const { t } = useTranslation()
  const code = useCode()
  const side = useSides(campaign.plan.variants)
  const of = (x: number, n: number) => `${count(x)} · ${percent(n === 0 ? null : x / n)}`
  return (
    <>
      <Table
        title={t('campaigns.effect.sides')}
        columns={['side', 'persons', 'answered', 'booked', 'visited', 'visits', 'revenue'].map((name) =>
          t(`campaigns.effect.${name as 'side'}`),
        )}
        rows={effect.sides.map((one) => [
          side(one.variant),
          count(one.persons),
          of(one.answered, one.persons),
          of(one.booked, one.persons),
          of(one.visited, one.persons),
          count(one.visits),
          count(one.revenue),
        ])}
      />
      {effect.byWave.length > 0 && (
        <Table
          title={t('campaigns.effect.account')}
          columns={[
            ...['wave', 'channel', 'targeted', 'underWay', 'sent', 'delivered', 'undelivered', 'read'],
            ...['failed', 'suppressed', 'unknown', 'cost'],
          ].map((name) => t(`campaigns.effect.${name as 'wave'}`))}
          rows={effect.byWave.map((one) => [
            one.wave,
            code('channel', one.channel),
            count(one.targeted),
            count(one.queued + one.sending),
            count(one.sent),
            count(one.delivered),
            count(one.undelivered),
            count(one.read),
            count(one.failed),
            count(one.suppressed),
            count(one.unknown),
            one.cost.toFixed(2),
          ])}
        />
      )}
      <div className="campaign-halves">
        {effect.suppressed.length > 0 && (
          <Table
            title={t('campaigns.effect.suppressedWhy')}
            columns={[t('campaigns.preview.refused'), t('campaigns.effect.suppressed')]}
            rows={effect.suppressed.map((one) => [
              code('suppressionReason', one.reason),
              count(one.messages),
            ])}
          />
        )}
        <Table
          title={t('campaigns.effect.stages')}
          columns={[
            t('campaigns.effect.stage'),
            t('campaigns.effect.persons'),
            t('campaigns.effect.cameBack'),
          ]}
          rows={effect.stages.map((one) => [
            t(`campaigns.effect.stageName.${one.stage as 'active'}`),
            count(one.persons),
            of(one.visited, one.persons),
          ])}
        />
      </div>
    </>
  )
}

function Table({ title, columns, rows }: { title: string; columns: string[]; rows: ReactNode[][] }) {
  return (
    <section className="panel campaign-table" aria-label={title}>
      <h2>{title}</h2>
      <PlainTable label={title} columns={columns} rows={rows} className="numbers" />
    </section>
  )
}
