import { personColumn } from '../../app/personColumn.tsx'
import '../figure/figure.css'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  getInstructionFigures,
  type Instruction,
  instructionView,
  listInstructions,
} from '../../../contract/instruction.ts'
import { listSites } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { DepartmentTable } from './DepartmentTable.tsx'
import { InstructionDrawer } from './InstructionDrawer.tsx'
import IssueDialog from './IssueDialog.tsx'
import { InstructionStatusTag } from './status.tsx'

/** Instructions of the service centre to departments, with their status. */
export default function InstructionsPage() {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const [filters, setFilters] = useFilters()
  const [issuing, setIssuing] = useState(false)
  const opened = Number(first(filters['open'])) || null
  const view = instructionView.options.find((one) => one === first(filters['view'])) ?? 'open'
  const departmentId = Number(first(filters['departmentId'])) || undefined
  const [from, to] = [first(filters['from']), first(filters['to'])]
  const scope = {
    ...(departmentId ? { departmentId } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  }
  const places = useCall(listSites, { query: { within: 'instruction.read' } })
  const figures = useCall(getInstructionFigures, { query: scope })
  const source = useList(listInstructions, { view, ...scope })
  const columns: Column<Instruction>[] = [
    personColumn(t('instructions.person'), (one) => ({ id: one.personId, name: one.personName })),
    column('reason', t('instructions.reason'), (one) => code('instructionReason', one.reason)),
    column('text', t('instructions.text'), (one) => one.text),
    column('who', t('instructions.who'), (one) => (
      <>
        {one.departmentName}
        <br />
        <span className="secondary small">
          {one.assigneeName ?? t('instructions.anyOf', { role: code('role', one.assigneeRole) })}
        </span>
      </>
    )),
    column('status', t('instructions.status'), (one) => <InstructionStatusTag instruction={one} />),
    column('due', t('instructions.due'), (one) => <TimeText at={one.dueAt} />),
    column('result', t('instructions.outcome'), (one) =>
      one.outcome ? (
        <>
          {code('outcome', one.outcome)}
          {one.report && <p className="secondary small">{one.report}</p>}
        </>
      ) : (
        '—'
      ),
    ),
    column('issued', t('instructions.issuedAt'), { wideOnly: true }, (one) => (
      <>
        <TimeText at={one.issuedAt} />
        <br />
        <span className="secondary small">{one.issuedByName}</span>
      </>
    )),
  ]

  return (
    <>
      <ListPage
        title={t('instructions.title')}
        actions={
          <>
            {may(me, 'instruction.issue') && (
              <Button type="primary" onClick={() => setIssuing(true)}>
                {t('instructions.issue')}
              </Button>
            )}
          </>
        }
        filters={
          <>
            <div className="filter-bar" role="group" aria-label={t('instructions.status')}>
              {instructionView.options.map((one) => (
                <button
                  key={one}
                  type="button"
                  className="chip"
                  aria-pressed={one === view}
                  onClick={() => setFilters({ view: one === 'open' ? undefined : one })}
                >
                  {t(`instructions.view.${one}`)}
                </button>
              ))}
            </div>
            <SelectFilter
              label={t('instructions.department')}
              all={t('figures.allDepartments')}
              of="departmentId"
              options={(places.data?.departments ?? [])
                .filter((one) => one.active)
                .map((one) => ({ value: String(one.id), text: one.name }))}
            />
            <PeriodFilter labels={[t('instructions.from'), t('instructions.to')]} />
          </>
        }
        above={
          (figures.data?.departments.length ?? 0) > 0 && (
            <DepartmentTable
              departments={figures.data?.departments ?? []}
              onChoose={(id, next) => setFilters({ departmentId: String(id), view: next })}
            />
          )
        }
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => setFilters({ open: String(one.id) })}
        empty={{
          title: t(view === 'open' ? 'instructions.noneOpen' : 'instructions.none'),
          hint: t('instructions.hint'),
        }}
      />
      {issuing && <IssueDialog person={null} onClose={() => setIssuing(false)} />}
      {opened !== null && (
        <InstructionDrawer key={opened} id={opened} onClose={() => setFilters({ open: undefined })} />
      )}
    </>
  )
}
