import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  approveCampaign,
  beingCounted,
  type CampaignDetail,
  type CampaignPreview,
  getCampaign,
  listCampaigns,
  previewCampaign,
  returnCampaign,
  submitCampaign,
} from '../../../contract/campaign.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { useProblem } from '../../ui/useExplain.ts'
import { usePathwayProblem } from '../pathway/useProblem.ts'

/** What would happen, before anybody answers for it. */
export function PreviewPanel({ campaign }: { campaign: CampaignDetail }) {
  const { t } = useTranslation()
  const problem = useProblem()
  const ofPathway = usePathwayProblem()
  const query = useCall(
    previewCampaign,
    { params: { id: campaign.id } },
    {
      staleTime: 0,
      placeholderData: (before) => before,
      refetchInterval: ({ state }) =>
        state.data?.problems.some(({ message }) => message === beingCounted) ? 3000 : false,
    },
  )
  const { data } = query
  if (!data) return <Unloaded query={query} height={320} />
  const missing = campaign.approvalsNeeded - campaign.approvals.length
  /** Which message of the plan a problem is about. */
  const placeOf = (path: string) => {
    const [, wave, script] = /^plan\.waves\.(\d+)(?:\.scripts\.(\d+))?/.exec(path) ?? []
    if (wave === undefined) return ''
    const of = campaign.plan.waves[Number(wave)]?.scripts[Number(script)]
    return [
      t('campaigns.preview.inWave', { n: Number(wave) + 1 }),
      of?.variant && t('campaigns.variant', { name: of.variant }),
      campaign.plan.groups.find(({ key }) => key === of?.group)?.name,
    ]
      .filter(Boolean)
      .join(' ')
  }
  const numbers = [
    ['audience', count(data.audience)],
    ['reached', count(data.audience - data.heldOut)],
    ['heldOut', count(data.heldOut)],
    ['messages', count(data.messages)],
    ['calls', count(data.calls)],
    ['cost', data.cost === null ? '—' : count(data.cost)],
    ...(data.expectedBenefit === null ? [] : [['benefit', count(data.expectedBenefit)] as const]),
  ] as const
  return (
    <div className="stack">
      {data.problems.length > 0 ? (
        <Notice tone="warning" title={t('campaigns.preview.problems')}>
          <ul className="plain-list">
            {data.problems.map((one) => (
              <li key={one.path + one.message}>
                {[placeOf(one.path), problem(one.message) || ofPathway(one.message)]
                  .filter(Boolean)
                  .join(' · ')}
              </li>
            ))}
          </ul>
        </Notice>
      ) : (
        <Notice
          tone={missing > 0 && campaign.approvals.length > 0 ? 'info' : 'success'}
          title={
            missing > 0 && campaign.approvals.length > 0
              ? t('campaigns.preview.oneMore', { n: missing })
              : t('campaigns.preview.noProblems')
          }
        />
      )}
      <div className="campaign-figures">
        {numbers.map(([name, value]) => (
          <Figure
            key={name}
            label={t(`campaigns.preview.${name}`)}
            value={value}
            {...(name === 'cost' && data.cost === null && { note: t('campaigns.preview.noPrice') })}
            {...(name === 'benefit' && { note: t('campaigns.preview.benefitHint') })}
          />
        ))}
      </div>
      <div className="campaign-halves">
        <Gate gate={data.gate} />
        {campaign.plan.groups.length > 0 && <Groups groups={data.groups} />}
      </div>
      <div className="form-foot">
        <Button onClick={() => void query.refetch()} loading={query.isFetching}>
          {t('campaigns.preview.fresh')}
        </Button>
        {campaign.abilities.submit && <Submit campaign={campaign} ready={data.problems.length === 0} />}
        {campaign.status === 'submitted' && <Judge campaign={campaign} preview={data} />}
      </div>
    </div>
  )
}

function Gate({ gate }: { gate: CampaignPreview['gate'] }) {
  const { t } = useTranslation()
  const code = useCode()
  return (
    <section className="panel" aria-label={t('campaigns.preview.gate')}>
      <h2>{t('campaigns.preview.gate')}</h2>
      <p>
        {gate.sampled === 0
          ? t('campaigns.preview.gateNothing')
          : t('campaigns.preview.gateHint', { n: count(gate.sampled), permitted: count(gate.permitted) })}
      </p>
      {gate.refused.length > 0 && (
        <PlainTable
          className="numbers"
          columns={[t('campaigns.preview.refused'), t('campaigns.preview.persons')]}
          rows={gate.refused.map((one) => [code('suppressionReason', one.reason), count(one.persons)])}
        />
      )}
    </section>
  )
}

function Groups({ groups }: { groups: CampaignPreview['groups'] }) {
  const { t } = useTranslation()
  return (
    <section className="panel" aria-label={t('campaigns.preview.groups')}>
      <h2>{t('campaigns.preview.groups')}</h2>
      <PlainTable
        className="numbers"
        columns={[t('campaigns.preview.group'), t('campaigns.preview.persons')]}
        rows={groups.map((one) => [one.name ?? t('campaigns.others'), count(one.persons)])}
      />
    </section>
  )
}

function Submit({ campaign, ready }: { campaign: CampaignDetail; ready: boolean }) {
  const { t } = useTranslation()
  const submit = useDo(submitCampaign, {
    done: t('campaigns.submitted'),
    stale: [getCampaign, listCampaigns, previewCampaign],
  })
  const { id, version } = campaign
  return (
    <Button
      type="primary"
      disabled={!ready}
      loading={submit.isPending}
      onClick={() => submit.mutate({ params: { id }, body: { version } })}
    >
      {t('campaigns.submit')}
    </Button>
  )
}

/** Approving and giving back; both say what they do before they do it. */
function Judge({ campaign, preview }: { campaign: CampaignDetail; preview: CampaignPreview }) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState<'approve' | 'return' | null>(null)
  const { id, version, abilities, approvals, approvalsNeeded } = campaign
  const stale = [getCampaign, listCampaigns]
  const approve = useDo(approveCampaign, {
    done: t('campaigns.approved'),
    stale,
    onDone: () => setAsking(null),
  })
  const word =
    approvalsNeeded > 1
      ? t('campaigns.approveNth', { n: approvals.length + 1, of: approvalsNeeded })
      : t('campaigns.approve')
  return (
    <>
      {abilities.return && <Button onClick={() => setAsking('return')}>{t('campaigns.returnIt')}</Button>}
      {abilities.approve ? (
        <Button type="primary" disabled={preview.problems.length > 0} onClick={() => setAsking('approve')}>
          {word}
        </Button>
      ) : (
        abilities.return && <span className="secondary small">{t('campaigns.mine')}</span>
      )}
      {asking === 'return' && (
        <ReasonDialog
          contract={returnCampaign}
          params={{ id }}
          fixed={{ version }}
          title={t('campaigns.returnTitle')}
          okText={t('campaigns.returnIt')}
          label={t('campaigns.returnReason')}
          stale={stale}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'approve' && (
        <Dialog
          title={word}
          size="small"
          onClose={() => setAsking(null)}
          footer={
            <div className="form-foot">
              <Button onClick={() => setAsking(null)}>{t('common.cancel')}</Button>
              <Button
                type="primary"
                autoFocus
                loading={approve.isPending}
                onClick={() =>
                  approve.mutate({ params: { id }, body: { version, audience: preview.audience } })
                }
              >
                {word}
              </Button>
            </div>
          }
        >
          <p>
            {t('campaigns.approveSure', {
              n: count(preview.audience),
              heldOut: count(preview.heldOut),
            })}
          </p>
          {campaign.emergency && <p className="text-danger">{t('campaigns.approveEmergency')}</p>}
        </Dialog>
      )}
    </>
  )
}
