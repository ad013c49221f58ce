import { LinkButton } from '../../../ui/LinkButton.tsx'
import { Button } from 'antd'
import { ArrowLeftOutlined } from '@ant-design/icons'
import { lazy, Suspense, useReducer, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useShipped } from '../../../i18n/useShipped.ts'
import type { PathwayDraft } from '../../../../contract/pathway-draft.ts'
import { type PathwayDetail, validatePathway } from '../../../../contract/pathway.ts'
import { useCall } from '../../../query.ts'
import { RedoIcon, UndoIcon } from '../../../ui/undoIcons.tsx'
import { PageHeader } from '../../../ui/PageHeader.tsx'
import { useShortcut } from '../../../ui/useShortcut.ts'
import { edit, type Spot, startEditing, type StepKind } from '../editing.ts'
import { useStepWords } from '../useStepWords.ts'
import { DraftNotices } from './DraftNotices.tsx'
import { FileButtons } from './FileButtons.tsx'
import { PathwayForm } from './PathwayForm.tsx'
import { ProblemList } from './ProblemList.tsx'
import { PublishButtons } from './PublishButtons.tsx'
import { SaveState } from './SaveState.tsx'
import { StepPanel } from './StepPanel.tsx'
import { useDraft } from './useDraft.ts'
import { useSettled } from './useSettled.ts'

const Canvas = lazy(() => import('./Canvas.tsx'))

export function Editor({ pathway, draft: found }: { pathway: PathwayDetail; draft: PathwayDraft | null }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const [initial] = useState({ definition: found?.definition ?? pathway.definition, draft: found })
  const [editing, dispatch] = useReducer(edit, initial.definition, startEditing)
  const definition = editing.present
  const saver = useDraft({ id: pathway.id, initial, definition })
  const words = useStepWords(definition)
  const settled = useSettled(definition, 400)
  const checked = useCall(
    validatePathway,
    { body: { definition: settled, pathwayId: pathway.id } },
    { placeholderData: (before) => before },
  )
  const problems = checked.data?.problems ?? []
  const chosen = definition.steps.find((step) => step.key === editing.selected)

  const insert = (at: Spot, kind: StepKind) =>
    dispatch({ do: 'insert', at, kind, title: t(`editor.newStep.${kind}`) })
  const undo = () => dispatch({ do: 'undo' })
  const redo = () => dispatch({ do: 'redo' })
  // Shift makes it a redo; both come as the same key.
  useShortcut('Ctrl+z', (event) => (event.shiftKey ? redo() : undo()))
  useShortcut('Ctrl+y', redo)

  return (
    <div className="page editor-page">
      <PageHeader
        title={t('editor.title', { name: shipped(pathway.name) })}
        extra={
          <>
            <SaveState saver={saver} />
            <LinkButton to="/pathways/$id" params={{ id: String(pathway.id) }}>
              <ArrowLeftOutlined aria-hidden /> {t('common.back')}
            </LinkButton>
            <Button disabled={editing.past.length === 0} title="Ctrl+Z" onClick={undo}>
              <UndoIcon /> {t('editor.undo')}
            </Button>
            <Button disabled={editing.future.length === 0} title="Ctrl+Shift+Z" onClick={redo}>
              <RedoIcon /> {t('editor.redo')}
            </Button>
            <LinkButton to="/pathways/$id/rehearsal" params={{ id: String(pathway.id) }}>
              {t('rehearsal.open')}
            </LinkButton>
            <PublishButtons
              pathway={pathway}
              definition={definition}
              saver={saver}
              ready={
                settled === definition &&
                checked.isSuccess &&
                !checked.isPlaceholderData &&
                problems.length === 0
              }
            />
          </>
        }
      />
      <DraftNotices saver={saver} onAction={dispatch} />
      <div className="editor-columns">
        <Suspense fallback={<span className="skeleton" role="status" aria-label={t('common.loading')} />}>
          <Canvas
            definition={definition}
            selected={editing.selected}
            faulty={new Set(problems.flatMap(({ step }) => step ?? []))}
            words={words.parts}
            onAction={dispatch}
            onInsert={insert}
          />
        </Suspense>
        <section
          className="panel editor-side"
          aria-label={chosen ? t('editor.step') : t('editor.wholePathway')}
        >
          <ProblemList problems={problems} definition={definition} onAction={dispatch} />
          <div className="filter-bar editor-tabs" role="group" aria-label={t('editor.show')}>
            <button
              type="button"
              className="chip"
              aria-pressed={!chosen}
              onClick={() => dispatch({ do: 'select', key: null })}
            >
              {t('editor.wholePathway')}
            </button>
            <button
              type="button"
              className="chip"
              aria-pressed={chosen !== undefined}
              onClick={() => dispatch({ do: 'select', key: chosen?.key ?? definition.start })}
            >
              {t('editor.step')}
            </button>
          </div>
          {chosen ? (
            <StepPanel
              key={chosen.key}
              step={chosen}
              definition={definition}
              onAction={dispatch}
              onInsert={insert}
            />
          ) : (
            <>
              <PathwayForm
                definition={definition}
                onChange={(patch, field) => dispatch({ do: 'definition', patch, field })}
              />
              <FileButtons pathway={pathway} definition={definition} saver={saver} onAction={dispatch} />
            </>
          )}
        </section>
      </div>
    </div>
  )
}
