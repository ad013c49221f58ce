import { useTranslation } from 'react-i18next'
import {
  answerCase,
  type CaseDetail,
  changeCase,
  closeCase,
  consultDepartment,
  getCase,
  handOverCase,
  noteCase,
  rateCase,
  tellComplainant,
} from '../../../contract/case.ts'
import { StaffPick } from '../../app/StaffPick.tsx'
import { call } from '../../api.ts'
import { useCode } from '../../i18n/useCode.ts'
import { AreaField, DateField, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { DepartmentsField } from './DepartmentsField.tsx'
import { caseRoutes as stale } from './stale.ts'
import { useCasePlaces } from './useCasePlaces.ts'

type CaseDialogProps = { one: CaseDetail; onClose: () => void }

export function AnswerDialog({ one, onClose }: CaseDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(answerCase, {
    params: { id: one.id },
    values: { answer: one.answer ?? '' },
    stale,
    done: t('cases.answered'),
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t(one.answer === null ? 'cases.answer' : 'cases.correct')}
      okText={t('common.save')}
      form={form}
      onClose={onClose}
    >
      <p className="secondary">{t('cases.answerHint')}</p>
      <AreaField label={t('cases.result')} rows={6} autoFocus {...form.text('answer')} />
    </FormDialog>
  )
}

export function TellDialog({ one, onClose }: CaseDialogProps) {
  const { t } = useTranslation()
  const how = (['phone', 'message', 'letter', 'visit'] as const).filter((way) =>
    way === 'visit' ? true : way === 'phone' ? one.abilities.reach : one.personId !== null,
  )
  const form = useContractForm(tellComplainant, {
    params: { id: one.id },
    values: { how: how[0] },
    stale,
    done: t('cases.telling'),
    onDone: onClose,
    draft: false,
  })
  return (
    <FormDialog title={t('cases.tell')} okText={t('cases.tell')} size="small" form={form} onClose={onClose}>
      <p className="secondary">{t('cases.tellHint')}</p>
      <PickField
        label={t('cases.tell')}
        {...form.pick('how')}
        options={how.map((way) => ({ value: way, text: t(`cases.tellHow.${way}`) }))}
      />
    </FormDialog>
  )
}

export function RateDialog({ one, onClose }: CaseDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(rateCase, {
    params: { id: one.id },
    values: { score: one.satisfaction ?? '', note: '' },
    stale,
    done: t('cases.rated'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('cases.rate')} okText={t('common.save')} size="small" form={form} onClose={onClose}>
      <NumberField label={t('cases.score')} {...form.number('score')} />
      <TextField label={t('cases.closeNote')} {...form.text('note')} />
    </FormDialog>
  )
}

export function CloseDialog({ one, onClose }: CaseDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const form = useContractForm(closeCase, {
    params: { id: one.id },
    values: { outcome: 'explained', note: '' },
    stale,
    done: t('cases.closed'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('cases.close')} okText={t('cases.close')} form={form} onClose={onClose}>
      <PickField
        label={t('cases.outcomeLabel')}
        {...form.pick('outcome', (value) => code('caseOutcome', value))}
      />
      <AreaField
        label={t('cases.closeNote')}
        {...form.text('note')}
        {...(one.answer === null && { hint: t('cases.closeHint') })}
      />
    </FormDialog>
  )
}

export function NoteDialog({ one, onClose }: CaseDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(noteCase, {
    params: { id: one.id },
    values: { text: '' },
    stale,
    done: t('cases.noted'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('cases.note')} okText={t('common.save')} form={form} onClose={onClose}>
      <AreaField label={t('cases.noteText')} rows={4} autoFocus {...form.text('text')} />
    </FormDialog>
  )
}

export function HandOverDialog({ one, onClose }: CaseDialogProps) {
  const { t } = useTranslation()
  const { departmentChoices } = useCasePlaces(one.siteId)
  const form = useContractForm(handOverCase, {
    params: { id: one.id },
    values: { staffId: null, departmentId: null, reason: '' },
    stale,
    done: t('cases.handed'),
    onDone: onClose,
  })
  const { onChange: chooseStaff, ...staff } = form.pick('staffId')
  const { onChange: chooseDepartment, ...department } = form.pick('departmentId')
  return (
    <FormDialog title={t('cases.handOver')} okText={t('cases.handOver')} form={form} onClose={onClose}>
      <div className="fields-auto">
        <StaffPick
          label={t('cases.toStaff')}
          {...staff}
          name={null}
          none={t('cases.nobody')}
          onChange={(value) => {
            chooseStaff(value)
            if (value !== '') form.change({ staffId: Number(value), departmentId: null })
          }}
        />
        <PickField
          label={t('cases.toDepartment')}
          {...department}
          none={t('cases.nobody')}
          options={departmentChoices}
          onChange={(value) => {
            chooseDepartment(value)
            if (value !== '') form.change({ departmentId: Number(value), staffId: null })
          }}
        />
      </div>
      <TextField label={t('cases.reason')} {...form.text('reason')} />
    </FormDialog>
  )
}

export function ConsultDialog({ one, onClose }: CaseDialogProps) {
  const { t } = useTranslation()
  const { departmentChoices } = useCasePlaces(one.siteId)
  const form = useContractForm(consultDepartment, {
    params: { id: one.id },
    values: { departmentId: one.departments[0]?.id, question: '', dueAt: '' },
    toBody: (values) => ({
      ...values,
      dueAt: values['dueAt'] ? new Date(values['dueAt'] as string).toISOString() : null,
    }),
    stale,
    done: t('cases.asked'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('cases.consult')} okText={t('cases.consult')} form={form} onClose={onClose}>
      <PickField label={t('cases.toDepartment')} {...form.pick('departmentId')} options={departmentChoices} />
      <AreaField label={t('cases.question')} rows={3} {...form.text('question')} />
      <DateField label={t('cases.dueUntil')} hint={t('cases.usualDue')} time {...form.text('dueAt')} />
    </FormDialog>
  )
}

export function ChangeDialog({ one, onClose }: CaseDialogProps) {
  const { t } = useTranslation()
  const { categoryChoices } = useCasePlaces(one.siteId)
  const form = useContractForm(changeCase, {
    params: { id: one.id },
    values: {
      version: one.version,
      categoryId: one.categoryId,
      severity: one.severity,
      departmentIds: one.departments.map((department) => department.id),
    },
    latest: async () => {
      const now = await call(getCase, { params: { id: one.id } })
      return { ...now, departmentIds: now.departments.map((department) => department.id) }
    },
    stale,
    done: t('cases.changed'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('cases.change')} okText={t('common.save')} form={form} onClose={onClose}>
      <div className="fields-auto">
        <PickField label={t('cases.category')} {...form.pick('categoryId')} options={categoryChoices} />
        <PickField
          label={t('cases.severityLabel')}
          {...form.pick('severity', (value) => t(`cases.severity.${value}`))}
        />
      </div>
      <DepartmentsField
        siteId={one.siteId}
        value={form.values['departmentIds'] as number[]}
        onChange={(departmentIds) => form.change({ departmentIds })}
      />
    </FormDialog>
  )
}
