import { useTranslation } from 'react-i18next'
import type { CampaignWave } from '../../../contract/campaign.ts'
import { listTemplates } from '../../../contract/message-template.ts'
import { writtenChannels } from '../../../contract/message.ts'
import { listPathways } from '../../../contract/pathway.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { AreaField, CheckField, FieldRow, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { message } from './presets.ts'

type Action = CampaignWave['scripts'][number]['action']

const kinds = ['message', 'call', 'pathway'] as const

const empty: Record<Action['kind'], Action> = {
  message: message('', '').action,
  call: { kind: 'call', title: '', assignee: 'service-centre', script: '', dueDays: 3 },
  pathway: { kind: 'pathway', pathway: '' },
}

/** What is done for somebody: a message, a call with what to say, or the steps of a pathway. */
export function ActionFields({ action, onChange }: { action: Action; onChange: (action: Action) => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const shipped = useShipped()
  const pathways = useCall(listPathways, {}, { enabled: action.kind === 'pathway' })
  const templates = useCall(
    listTemplates,
    { query: { published: true } },
    { enabled: action.kind === 'message' },
  )
  const kind = (
    <PickField
      label={t('campaigns.action')}
      value={action.kind}
      options={kinds.map((value) => ({ value, text: t(`campaigns.actionKind.${value}`) }))}
      onChange={(value) => onChange(empty[value as Action['kind']])}
    />
  )
  if (action.kind === 'pathway')
    return (
      <FieldRow>
        {kind}
        <PickField
          label={t('campaigns.pathway')}
          value={action.pathway}
          options={(pathways.data?.items ?? [])
            .filter((one) => one.version !== null)
            .map((one) => ({ value: one.code, text: shipped(one.name) }))}
          onChange={(pathway) => onChange({ ...action, pathway })}
        />
      </FieldRow>
    )
  if (action.kind === 'call')
    return (
      <>
        <FieldRow>
          {kind}
          <TextField
            label={t('campaigns.callTitle')}
            maxLength={100}
            value={action.title}
            onChange={(title) => onChange({ ...action, title })}
          />
          <PickField
            label={t('campaigns.assignee')}
            value={action.assignee}
            options={(['service-centre', 'outreach', 'attending-doctor'] as const).map((value) => ({
              value,
              text: code('role', value),
            }))}
            onChange={(assignee) => onChange({ ...action, assignee: assignee as typeof action.assignee })}
          />
          <NumberField
            label={t('campaigns.dueDays')}
            min={1}
            max={60}
            value={action.dueDays}
            onChange={(dueDays) => onChange({ ...action, dueDays })}
          />
        </FieldRow>
        <AreaField
          label={t('campaigns.callScript')}
          maxLength={1000}
          value={action.script}
          onChange={(script) => onChange({ ...action, script })}
        />
      </>
    )
  return (
    <>
      <FieldRow>
        {kind}
        <PickField
          label={t('campaigns.channel')}
          value={action.channel}
          options={writtenChannels.map((value) => ({ value, text: code('channel', value) }))}
          onChange={(channel) => onChange({ ...action, channel: channel as typeof action.channel })}
        />
        <PickField
          label={t('campaigns.template')}
          none={t('campaigns.ownText')}
          value={action.template ?? ''}
          options={(templates.data?.items ?? []).map((one) => ({ value: one.code, text: shipped(one.name) }))}
          onChange={(template) => onChange({ ...action, template: template === '' ? null : template })}
        />
      </FieldRow>
      <CheckField
        label={t('campaigns.bestHour')}
        checked={action.bestHour}
        onChange={(bestHour) => onChange({ ...action, bestHour })}
      />
      {action.template === null && <OwnText action={action} onChange={onChange} />}
    </>
  )
}

/** Written here, for this campaign only. */
function OwnText({
  action,
  onChange,
}: {
  action: Extract<Action, { kind: 'message' }>
  onChange: (action: Action) => void
}) {
  const { t } = useTranslation()
  return (
    <>
      <TextField
        label={t('campaigns.subject')}
        maxLength={200}
        value={action.subject}
        onChange={(subject) => onChange({ ...action, subject })}
      />
      <AreaField
        label={t('campaigns.body')}
        hint={t('campaigns.bodyHint', {
          name: '{{name}}',
          hospital: '{{hospital}}',
          department: '{{department}}',
        })}
        rows={4}
        maxLength={5000}
        value={action.body}
        onChange={(body) => onChange({ ...action, body })}
      />
    </>
  )
}
