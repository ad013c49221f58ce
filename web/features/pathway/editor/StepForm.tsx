import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { listPathways, type PathwayDefinition, type PathwayStep } from '../../../../contract/pathway.ts'
import { AreaField, CheckField, NumberField, PickField, TextField } from '../../../ui/fields.ts'
import { ConditionField } from './ConditionField.tsx'
import { useCall } from '../../../query.ts'
import { SubPathwayLink } from '../SubPathwayLink.tsx'
import { DurationField } from './DurationField.tsx'
import { TaskFields } from './TaskFields.tsx'
import { useFacts } from './useFacts.ts'
import { placeholders, usePicks } from './usePicks.ts'

type Of<K extends PathwayStep['kind']> = Extract<PathwayStep, { kind: K }>
export type StepFieldsProps<K extends PathwayStep['kind']> = {
  step: Of<K>
  definition: PathwayDefinition
  /** Changes one field; strokes of the same field are one undo. */
  onChange: (patch: Partial<Of<K>>) => void
}

/** Everything a step says, field by field. */
export function StepForm({
  step,
  definition,
  onStep,
}: {
  step: PathwayStep
  definition: PathwayDefinition
  onStep: (step: PathwayStep, field: string) => void
}) {
  const { t } = useTranslation()
  // An optional field that was emptied goes away rather than being kept as nothing.
  const onChange = (patch: object) =>
    onStep(
      JSON.parse(JSON.stringify({ ...step, ...patch })) as PathwayStep,
      `${step.key}.${Object.keys(patch).join()}`,
    )
  return (
    <div className="stack">
      <TextField
        label={t('editor.stepTitle')}
        value={step.title}
        maxLength={100}
        onChange={(title) => onChange({ title })}
      />
      {step.kind === 'wait' && <WaitFields step={step} definition={definition} onChange={onChange} />}
      {step.kind === 'branch' && <BranchFields step={step} definition={definition} onChange={onChange} />}
      {step.kind === 'task' && <TaskFields step={step} definition={definition} onChange={onChange} />}
      {step.kind === 'message' && <MessageFields step={step} onChange={onChange} />}
      {step.kind === 'questionnaire' && (
        <QuestionnaireFields step={step} definition={definition} onChange={onChange} />
      )}
      {step.kind === 'pathway' && <SubPathwayFields step={step} onChange={onChange} />}
      {step.kind === 'stop' && (
        <TextField
          label={t('editor.stopReason')}
          value={step.reason}
          maxLength={100}
          onChange={(reason) => onChange({ reason })}
        />
      )}
    </div>
  )
}

function WaitFields({ step, definition, onChange }: StepFieldsProps<'wait'>) {
  const { t } = useTranslation()
  const { rules, sinces } = usePicks(definition)
  const { at } = step
  return (
    <>
      <DurationField
        label={t('editor.waitFor')}
        duration={step.for}
        rules={rules}
        onChange={(span) => onChange({ for: span })}
      />
      <PickField
        label={t('editor.since')}
        value={step.since}
        options={sinces}
        onChange={(since) =>
          onChange({ since, ...(!since.startsWith('subject.') && { before: undefined, late: undefined }) })
        }
      />
      {step.since.startsWith('subject.') && (
        <>
          <CheckField
            label={t('editor.beforeTime')}
            checked={step.before === true}
            onChange={(on) => onChange({ before: on || undefined })}
          />
          <CheckField
            label={t('pathways.words.late')}
            checked={step.late === 'skip'}
            onChange={(on) => onChange({ late: on ? 'skip' : undefined })}
          />
        </>
      )}
      <CheckField
        label={t('editor.inHours')}
        checked={at !== undefined}
        onChange={(wanted) =>
          onChange({ at: wanted ? { from: 9, to: 20, workingDaysOnly: true } : undefined })
        }
      />
      {at && (
        <div className="field-row">
          <NumberField
            label={t('editor.hourFrom')}
            value={at.from}
            min={0}
            max={23}
            onChange={(from) => onChange({ at: { ...at, from } })}
          />
          <NumberField
            label={t('editor.hourTo')}
            value={at.to}
            min={1}
            max={24}
            onChange={(to) => onChange({ at: { ...at, to } })}
          />
        </div>
      )}
      {at && (
        <CheckField
          label={t('pathways.words.workingOnly')}
          checked={at.workingDaysOnly}
          onChange={(workingDaysOnly) => onChange({ at: { ...at, workingDaysOnly } })}
        />
      )}
    </>
  )
}

function BranchFields({ step, definition, onChange }: StepFieldsProps<'branch'>) {
  const { t } = useTranslation()
  const facts = useFacts(definition, 'branch')
  const { rules } = usePicks(definition)
  return (
    <fieldset className="field-set">
      <legend>{t('editor.when')}</legend>
      <ConditionField
        condition={step.when}
        facts={facts}
        rules={rules}
        onChange={(when) => onChange({ when })}
      />
      <p className="secondary small">{t('editor.whenHint')}</p>
    </fieldset>
  )
}

function MessageFields({ step, onChange }: Omit<StepFieldsProps<'message'>, 'definition'>) {
  const { t } = useTranslation()
  const { channels, purposes, templates } = usePicks(null)
  return (
    <>
      <div className="field-row">
        <PickField
          label={t('editor.channel')}
          value={step.channel}
          options={channels}
          onChange={(channel) => onChange({ channel: channel as typeof step.channel })}
        />
        <PickField
          label={t('pathways.purpose')}
          value={step.purpose}
          options={purposes}
          onChange={(purpose) => onChange({ purpose: purpose as typeof step.purpose })}
        />
      </div>
      <PickField
        label={t('editor.template')}
        hint={t('editor.templateHint')}
        value={step.template ?? ''}
        none={t('editor.ownText')}
        options={templates(step)}
        onChange={(template) => onChange({ template: template || undefined })}
      />
      {step.purpose !== 'clinical' && (
        <CheckField
          label={t('editor.bestHour')}
          checked={step.bestHour === true}
          onChange={(bestHour) => onChange({ bestHour: bestHour || undefined })}
        />
      )}
      {step.template === undefined && (
        <>
          <TextField
            label={t('editor.subject')}
            value={step.subject}
            maxLength={200}
            onChange={(subject) => onChange({ subject })}
          />
          <AreaField
            label={t('editor.body')}
            value={step.body}
            rows={8}
            maxLength={5000}
            hint={t('editor.placeholders', placeholders)}
            onChange={(body) => onChange({ body })}
          />
        </>
      )}
    </>
  )
}

function QuestionnaireFields({ step, definition, onChange }: StepFieldsProps<'questionnaire'>) {
  const { t } = useTranslation()
  const { rules, questionnaires, assignees } = usePicks(definition)
  const offered = assignees.filter(({ value }) =>
    ['attending-doctor', 'nurse', 'service-centre'].includes(value),
  )
  return (
    <>
      <PickField
        label={t('editor.questionnaire')}
        value={step.questionnaire}
        {...(step.questionnaire === '' && { none: t('editor.choose') })}
        options={questionnaires(step.questionnaire)}
        onChange={(questionnaire) => onChange({ questionnaire })}
      />
      <PickField
        label={t('editor.assignee')}
        value={step.assignee}
        options={offered}
        onChange={(assignee) => onChange({ assignee: assignee as typeof step.assignee })}
      />
      <DurationField
        label={t('editor.dueIn')}
        duration={step.dueIn}
        rules={rules}
        onChange={(dueIn) => onChange({ dueIn })}
      />
    </>
  )
}

function SubPathwayFields({ step, onChange }: Pick<StepFieldsProps<'pathway'>, 'step' | 'onChange'>) {
  const { t } = useTranslation()
  const own = Number(useParams({ strict: false }).id)
  const pathways = useCall(listPathways)
  const offered = (pathways.data?.items ?? [])
    .filter((one) => one.version !== null && one.id !== own)
    .map((one) => ({
      value: one.code,
      text: `${one.name} · ${t('pathways.words.version', { n: one.version ?? 0 })}`,
    }))
  const known = offered.some((one) => one.value === step.pathway)
  return (
    <>
      <PickField
        label={t('editor.subPathway')}
        value={step.pathway}
        {...(step.pathway === '' && { none: t('editor.choose') })}
        options={
          known || step.pathway === '' ? offered : [...offered, { value: step.pathway, text: step.pathway }]
        }
        onChange={(pathway) => onChange({ pathway, version: undefined })}
      />
      <p className="secondary small">{t('editor.subPathwayHint')}</p>
      <p>
        <SubPathwayLink code={step.pathway} />
      </p>
    </>
  )
}
