import { useTranslation } from 'react-i18next'
import { AreaField, CheckField, PickField } from '../../../ui/fields.ts'
import { DurationField } from './DurationField.tsx'
import type { StepFieldsProps } from './StepForm.tsx'
import { placeholders, usePicks } from './usePicks.ts'

export function TaskFields({ step, definition, onChange }: StepFieldsProps<'task'>) {
  const { t } = useTranslation()
  const { rules, sinces, questionnaires, assignees, priorities, taskKinds } = usePicks(definition)
  return (
    <>
      <div className="field-row">
        <PickField
          label={t('editor.taskKind')}
          value={step.task}
          options={taskKinds}
          onChange={(task) => onChange({ task: task as typeof step.task })}
        />
        <PickField
          label={t('editor.level')}
          value={step.level === undefined ? '' : String(step.level)}
          none={t('editor.noLevel')}
          options={[1, 2, 3].map((n) => ({ value: String(n), text: t('pathways.words.level', { n }) }))}
          onChange={(level) => onChange({ level: level ? Number(level) : undefined })}
        />
      </div>
      <div className="field-row">
        <PickField
          label={t('editor.assignee')}
          value={step.assignee}
          options={assignees}
          onChange={(assignee) => onChange({ assignee: assignee as typeof step.assignee })}
        />
        <PickField
          label={t('editor.priority')}
          value={step.priority}
          options={priorities}
          onChange={(priority) => onChange({ priority: priority as typeof step.priority })}
        />
      </div>
      <DurationField
        label={t('editor.dueIn')}
        duration={step.dueIn}
        rules={rules}
        onChange={(dueIn) => onChange({ dueIn })}
      />
      <PickField
        label={t('editor.since')}
        value={step.dueSince}
        options={sinces}
        onChange={(since) => onChange({ dueSince: since === 'entry' ? 'entry' : 'here' })}
      />
      <PickField
        label={t('editor.questionnaire')}
        value={step.questionnaire ?? ''}
        none={t('editor.noQuestionnaire')}
        options={questionnaires(step.questionnaire ?? '')}
        onChange={(questionnaire) => onChange({ questionnaire: questionnaire || undefined })}
      />
      <AreaField
        label={t('editor.description')}
        value={step.description ?? ''}
        maxLength={1000}
        hint={t('editor.placeholders', placeholders)}
        onChange={(description) => onChange({ description: description || undefined })}
      />
      {step.task === 'follow-up-call' && step.questionnaire && (
        <CheckField
          label={t('editor.machineFirst')}
          checked={step.machineFirst === true}
          onChange={(machineFirst) => onChange({ machineFirst: machineFirst || undefined })}
        />
      )}
      <CheckField
        label={t('editor.waitResult')}
        checked={step.waitFor === 'result'}
        onChange={(wait) => onChange({ waitFor: wait ? 'result' : 'nothing' })}
      />
    </>
  )
}
