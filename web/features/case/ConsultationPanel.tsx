import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answerConsultation, type CaseConsultation, type CaseDetail } from '../../../contract/case.ts'
import { useTime } from '../../format/useTime.ts'
import { AreaField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { ConsultDialog } from './CaseDialogs.tsx'
import { caseRoutes as stale } from './stale.ts'

/** Questions to departments and what they answered. */
export function ConsultationPanel({ one }: { one: CaseDetail }) {
  const { t } = useTranslation()
  const time = useTime()
  const [asking, setAsking] = useState(false)
  const [answering, setAnswering] = useState<CaseConsultation | null>(null)
  return (
    <section className="panel" aria-label={t('cases.consultations')}>
      <div className="panel-head">
        <h2>{t('cases.consultations')}</h2>
        {one.abilities.work && <Button onClick={() => setAsking(true)}>{t('cases.consult')}</Button>}
      </div>
      {one.consultations.length === 0 && <p className="secondary small">{t('cases.noConsultations')}</p>}
      <ul className="row-list">
        {one.consultations.map((item) => (
          <li key={item.id}>
            <div>
              <strong>{item.departmentName}</strong>{' '}
              {item.answer === null && <StatusTag tone="warning">{t('cases.waitsReply')}</StatusTag>}
              <p className="pre-line">{item.question}</p>
              {item.answer !== null && <p className="pre-line">{item.answer}</p>}
              <p className="secondary small">
                {item.answeredAt === null
                  ? t('cases.askedBy', { name: item.askedByName, time: time.moment(item.dueAt) })
                  : `${item.answeredByName ?? ''} · ${time.moment(item.answeredAt)}`}
              </p>
            </div>
            {item.mayAnswer && <Button onClick={() => setAnswering(item)}>{t('cases.reply')}</Button>}
          </li>
        ))}
      </ul>
      {asking && <ConsultDialog one={one} onClose={() => setAsking(false)} />}
      {answering && <ReplyDialog item={answering} onClose={() => setAnswering(null)} />}
    </section>
  )
}

function ReplyDialog({ item, onClose }: { item: CaseConsultation; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useContractForm(answerConsultation, {
    params: { id: item.id },
    values: { answer: '' },
    stale,
    done: t('cases.replied'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('cases.reply')} okText={t('cases.reply')} form={form} onClose={onClose}>
      <p className="pre-line">{item.question}</p>
      <AreaField label={t('cases.replyText')} rows={4} autoFocus {...form.text('answer')} />
    </FormDialog>
  )
}
