import { PrinterOutlined, QuestionCircleOutlined } from '@ant-design/icons'
import { Button, Popover } from 'antd'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { CampaignDetail } from '../../../contract/campaign.ts'
import { type CampaignEffect, getCampaignEffect } from '../../../contract/campaign-effect.ts'
import { heldOut } from '../../../contract/pathway.ts'
import { count, percent, signed } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { EffectCurve } from './EffectCurve.tsx'
import { EffectTables } from './EffectTables.tsx'

/** What a campaign brought, and how sure that is. */
export function EffectPanel({ campaign }: { campaign: CampaignDetail }) {
  const { t } = useTranslation()
  const query = useCall(
    getCampaignEffect,
    { params: { id: campaign.id } },
    { refetchInterval: campaign.status === 'running' ? 60_000 : false },
  )
  if (!query.data) return <Unloaded query={query} height={420} />
  const effect = query.data
  const passed = daysBetween(campaign.startedAt, effect.followedAt)
  if (effect.sides.length === 0)
    return <EmptyState title={t('campaigns.notYet')} hint={t('campaigns.emptyHint')} />
  return (
    <div className="stack">
      <div className="campaign-report-head">
        <span className="secondary small">
          {t('campaigns.nextRound')}
          <TimeText at={effect.followedAt} show="moment" />
        </span>
        <Button onClick={() => window.print()}>
          <PrinterOutlined aria-hidden /> {t('campaigns.effect.print')}
        </Button>
      </div>
      <Verdict effect={effect} />
      <Headline campaign={campaign} effect={effect} />
      {passed > 0 && <EffectCurve effect={effect} passed={passed} />}
      <EffectTables campaign={campaign} effect={effect} />
    </div>
  )
}

const daysBetween = (from: string | null, to: string | null) =>
  from === null || to === null ? 0 : Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000)

/** What the interval allows to say; a difference alone is no proof. */
function Verdict({ effect: { effect, sides } }: { effect: CampaignEffect }) {
  const { t } = useTranslation()
  const open = sides.reduce((sum, one) => sum + one.open, 0)
  if (!effect) return <Notice tone="info" title={t('campaigns.effect.noControl')} />
  const { low, high } = effect.difference
  const word = low > 0 ? 'sure' : high < 0 ? 'worse' : 'unsure'
  return (
    <Notice
      tone={word === 'sure' ? 'success' : word === 'worse' ? 'danger' : 'info'}
      title={t(`campaigns.effect.${word}`)}
    >
      {open > 0 && t('campaigns.effect.open', { n: count(open) })}
    </Notice>
  )
}

function Headline({ campaign, effect }: { campaign: CampaignDetail; effect: CampaignEffect }) {
  const { t } = useTranslation()
  const code = useCode()
  const navigate = useNavigate()
  const { effect: found, messages, goal } = effect
  const rows = (variant: string | undefined, did?: string) =>
    void navigate({
      to: '/campaigns/$id',
      params: { id: String(campaign.id) },
      search: { tab: 'members', ...(variant && { variant }), ...(did && { did }) } as never,
    })
  const treated = effect.sides.filter((one) => one.variant !== heldOut)
  const control = effect.sides.find((one) => one.variant === heldOut)
  const sum = (key: 'persons' | 'visited' | 'booked' | 'answered') =>
    treated.reduce((total, one) => total + one[key], 0)
  return (
    <div className="campaign-figures">
      {found && (
        <Figure
          label={t(goal === 'booked' ? 'campaigns.effect.extraBooked' : 'campaigns.effect.extra')}
          value={signed(found.extra.value, 0)}
          note={t('campaigns.effect.interval', {
            low: signed(found.extra.low, 0),
            high: signed(found.extra.high, 0),
          })}
          help={
            <Popover
              trigger="click"
              title={t('campaigns.effect.extra')}
              content={<p className="figure-how">{t('campaigns.effect.how')}</p>}
            >
              <button
                type="button"
                className="plain-button figure-help"
                aria-label={`${t('campaigns.effect.extra')}：${t('figures.explain')}`}
              >
                <QuestionCircleOutlined aria-hidden />
              </button>
            </Popover>
          }
        />
      )}
      <Figure
        label={`${t('campaigns.effect.treated')} · ${t(`campaigns.goals.${goal}`)}`}
        value={percent(sum('persons') === 0 ? null : sum(goal) / sum('persons'))}
        note={`${count(sum(goal))}/${count(sum('persons'))}`}
        onOpen={() => rows(undefined, goal)}
      />
      {control && (
        <Figure
          label={`${t('campaigns.effect.control')} · ${t(`campaigns.goals.${goal}`)}`}
          value={percent(control.persons === 0 ? null : control[goal] / control.persons)}
          note={`${count(control[goal])}/${count(control.persons)}`}
          onOpen={() => rows(heldOut, goal)}
        />
      )}
      <Figure
        label={t('campaigns.effect.sent')}
        value={count(messages.sent)}
        note={`${t('campaigns.effect.targeted')} ${count(messages.targeted)}`}
      />
      {found?.costPerExtra !== null && found?.costPerExtra !== undefined && (
        <Figure label={t('campaigns.effect.perExtra')} value={found.costPerExtra.toFixed(2)} />
      )}
      {found?.benefit !== null && found?.benefit !== undefined && (
        <Figure label={t('campaigns.effect.benefit')} value={signed(found.benefit, 0)} />
      )}
      <Figure
        label={code('messageStatus', 'unknown')}
        value={count(messages.unknown)}
        note={`${code('messageStatus', 'failed')} ${count(messages.failed)}`}
      />
    </div>
  )
}
