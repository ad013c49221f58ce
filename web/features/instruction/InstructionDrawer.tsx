import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fileInstruction, getInstruction } from '../../../contract/instruction.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { InstructionStatusTag } from './status.tsx'
import { type Settlement, SettleDialog } from './SettleDialog.tsx'
import { useInstructionDone } from './useInstructionDone.ts'
import { useDo } from '../../ui/useDo.ts'
import { SidePanel } from '../../ui/Dialog.tsx'

/** One instruction with everything that was done about it, and what is to be done next. */
export function InstructionDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const [settling, setSettling] = useState<Settlement | null>(null)
  const detail = useCall(getInstruction, { params: { id } })
  const file = useDo(fileInstruction, useInstructionDone('filed', onClose))
  const { data } = detail
  return (
    <SidePanel
      title={t('instructions.detail', { id })}
      onClose={onClose}
      footer={
        data && (
          <span className="button-line">
            {data.abilities.settle && (
              <>
                <Button
                  type="primary"
                  loading={file.isPending}
                  onClick={() => file.mutate({ params: { id }, body: {} })}
                >
                  {t('instructions.file')}
                </Button>
                <Button onClick={() => setSettling('return')}>{t('instructions.return')}</Button>
              </>
            )}
            {data.abilities.submit && (
              <Button type="primary" onClick={() => setSettling('submit')}>
                {t('instructions.submit')}
              </Button>
            )}
            {data.abilities.work && (
              <Link to="/desk/$taskId" params={{ taskId: String(data.taskId) }}>
                <Button type="primary">{t('instructions.work')}</Button>
              </Link>
            )}
            {data.abilities.withdraw && (
              <Button onClick={() => setSettling('withdraw')}>{t('instructions.withdraw')}</Button>
            )}
          </span>
        )
      }
    >
      {detail.isError || !data ? (
        <Unloaded query={detail} />
      ) : (
        <div className="stack">
          <InstructionStatusTag instruction={data} />
          <p className="pre-line">{data.text}</p>
          <dl className="facts">
            <Fact name={t('instructions.person')}>
              {may(me, 'person.read') ? (
                <Link to="/persons/$id" params={{ id: String(data.personId) }}>
                  {data.personName}
                </Link>
              ) : (
                data.personName
              )}
            </Fact>
            <Fact name={t('instructions.reason')}>{code('instructionReason', data.reason)}</Fact>
            <Fact name={t('instructions.department')}>{data.departmentName}</Fact>
            <Fact name={t('instructions.who')}>
              {data.assigneeName ?? t('instructions.anyOf', { role: code('role', data.assigneeRole) })}
            </Fact>
            <Fact name={t('instructions.due')}>
              <TimeText at={data.dueAt} show="moment" />
            </Fact>
            {data.outcome && (
              <Fact name={t('instructions.outcome')}>
                {code('outcome', data.outcome)}
                {data.proof && ` · ${code('evidence', data.proof)}`}
              </Fact>
            )}
            {data.report && (
              <Fact name={t('instructions.report')}>
                <span className="pre-line">{data.report}</span>
              </Fact>
            )}
          </dl>
          <section aria-label={t('instructions.history')}>
            <h2>{t('instructions.history')}</h2>
            <ul className="row-list">
              {data.history.map((one, at) => (
                <li key={at}>
                  <div>
                    <strong>{t(`instructions.action.${one.action}`)}</strong>{' '}
                    {one.outcome && <span>{code('outcome', one.outcome)} </span>}
                    <span className="secondary small">
                      {one.byName} · <TimeText at={one.at} show="moment" />
                    </span>
                    {one.note && <p className="small pre-line">{one.note}</p>}
                  </div>
                </li>
              ))}
            </ul>
          </section>
        </div>
      )}
      {settling && data && (
        <SettleDialog act={settling} instruction={data} onDone={onClose} onClose={() => setSettling(null)} />
      )}
    </SidePanel>
  )
}
