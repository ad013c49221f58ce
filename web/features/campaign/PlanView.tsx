import { useTranslation } from 'react-i18next'
import type { CampaignDetail, CampaignWave } from '../../../contract/campaign.ts'
import { count, percent } from '../../format/number.ts'
import { listTemplates } from '../../../contract/message-template.ts'
import { useCall } from '../../query.ts'
import { useCode } from '../../i18n/useCode.ts'
import { Fact } from '../../ui/Fact.tsx'
import { useReadable } from './useReadable.ts'
import { TestButton } from './TestButton.tsx'
import { useEntryWords } from './useEntryWords.ts'
import { useSegments } from './useSegments.ts'
import { useSides } from './useSides.ts'

/** The plan as somebody reads it who has to answer for it. */
export function PlanView({ campaign }: { campaign: CampaignDetail }) {
  const { t } = useTranslation()
  const entry = useEntryWords()
  const { options } = useSegments(campaign.siteId)
  const { plan } = campaign
  const segment = (code: string) => options.find(({ value }) => value === code)?.text ?? code
  const facts: [string, string | null][] = [
    [
      t('campaigns.section.audience'),
      plan.audience.segment === null ? t('campaigns.everybody') : segment(plan.audience.segment),
    ],
    [t('campaigns.without'), plan.audience.without.map(segment).join('、') || null],
    [t('campaigns.section.entry'), entry(plan)],
    [t('campaigns.endsOn'), campaign.endsOn],
    [t('campaigns.perHour'), plan.perHour === null ? null : count(plan.perHour)],
    [
      t('campaigns.section.groups'),
      plan.groups.map((one) => `${one.name}（${segment(one.segment)}）`).join('、') || null,
    ],
    [t('campaigns.variants'), plan.variants > 1 ? String(plan.variants) : null],
    [
      t('campaigns.goal'),
      `${t(`campaigns.goals.${campaign.goal}`)} · ${t('campaigns.within', { n: campaign.windowDays })}`,
    ],
    [t('campaigns.heldOutSide'), percent(campaign.holdOut)],
    [t('campaigns.budget'), campaign.budget === null ? null : count(campaign.budget)],
    [t('campaigns.valuePerVisit'), campaign.valuePerVisit === null ? null : count(campaign.valuePerVisit)],
    [t('campaigns.expectedRate'), campaign.expectedRate === null ? null : percent(campaign.expectedRate)],
  ]
  return (
    <div className="campaign-columns">
      <ol className="campaign-waves">
        {plan.waves.map((wave, at) => (
          <Wave key={at} wave={wave} at={at} campaign={campaign} />
        ))}
      </ol>
      <section className="panel" aria-label={t('campaigns.section.basics')}>
        <dl className="facts">
          {facts.map(
            ([name, value]) =>
              value !== null && (
                <Fact key={name} name={name}>
                  {value}
                </Fact>
              ),
          )}
        </dl>
      </section>
    </div>
  )
}

function Wave({ wave, at, campaign }: { wave: CampaignWave; at: number; campaign: CampaignDetail }) {
  const { t } = useTranslation()
  const side = useSides(campaign.plan.variants)
  const { hours } = wave
  const groupName = (key: string | null) =>
    key === null
      ? t(campaign.plan.groups.length > 0 ? 'campaigns.others' : 'campaigns.anybody')
      : (campaign.plan.groups.find((one) => one.key === key)?.name ?? key)
  return (
    <li className="panel">
      <h2>
        {wave.name || t('campaigns.wave', { n: at + 1 })}{' '}
        <span className="secondary small">
          {`${t('campaigns.onDay', { n: wave.afterDays })} · ${hours.from}:00–${hours.to}:00`}
          {hours.workingDaysOnly && ` · ${t('campaigns.workingDaysOnly')}`}
        </span>
      </h2>
      {wave.scripts.map((script, n) => (
        <article key={n} className="script">
          <p className="secondary small">
            {groupName(script.group)}
            {script.variant !== null && ` · ${side(script.variant)}`}
          </p>
          <Action action={script.action} />
          {script.action.kind === 'message' && campaign.abilities.change && (
            <TestButton campaign={campaign} wave={at} script={n} channel={script.action.channel} />
          )}
        </article>
      ))}
    </li>
  )
}

function Action({ action }: { action: CampaignWave['scripts'][number]['action'] }) {
  const { t } = useTranslation()
  const code = useCode()
  const readable = useReadable()
  const templates = useCall(
    listTemplates,
    { query: {} },
    { enabled: action.kind === 'message' && action.template !== null },
  )
  if (action.kind === 'pathway')
    return (
      <p>
        {t('campaigns.actionKind.pathway')} <span className="mono">{action.pathway}</span>
      </p>
    )
  if (action.kind === 'call')
    return (
      <>
        <p>
          <strong>{action.title}</strong>{' '}
          <span className="secondary small">
            {`${t('campaigns.actionKind.call')} · ${code('role', action.assignee)} · ${t('campaigns.within', { n: action.dueDays })}`}
          </span>
        </p>
        <p className="pre-line">{action.script}</p>
      </>
    )
  return (
    <>
      <p>
        <strong>
          {action.template === null
            ? readable(action.subject)
            : (templates.data?.items.find((one) => one.code === action.template)?.name ?? action.template)}
        </strong>{' '}
        <span className="secondary small">{code('channel', action.channel)}</span>
      </p>
      {action.template === null && <p className="pre-line">{readable(action.body)}</p>}
    </>
  )
}
