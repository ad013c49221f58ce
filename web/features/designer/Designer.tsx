import { LinkButton } from '../../ui/LinkButton.tsx'
import { ArrowLeftOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { type KeyboardEvent, useMemo, useReducer, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { problemsOf } from '../../../contract/questionnaire-check.ts'
import { type Draft, dropDraft, listDrafts, publishDraft } from '../../../contract/questionnaire-design.ts'
import { getQuestionnaire, listQuestionnaires } from '../../../contract/questionnaire.ts'
import { keyOf, queryClient } from '../../query.ts'
import { Notice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { RedoIcon, UndoIcon } from '../../ui/undoIcons.tsx'
import { useLocalized } from '../task/localized.ts'
import './designer.css'
import { type Design, designReducer, startDesign } from './design.ts'
import { ItemForm } from './ItemForm.tsx'
import { ItemList } from './ItemList.tsx'
import { Preview } from './Preview.tsx'
import { useDraftSave } from './useDraftSave.ts'
import { WholeForm } from './WholeForm.tsx'
import { useDo } from '../../ui/useDo.ts'

/** Questions on the left, the open one in the middle, the form as it will be on the right. */
export function Designer({ draft, onReload }: { draft: Draft; onReload: () => void }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const navigate = useNavigate()
  const localized = useLocalized()
  const [begin] = useState(() => ({
    design: { title: draft.title, source: draft.source, body: draft.body } satisfies Design,
    revision: draft.revision,
  }))
  const [state, dispatch] = useReducer(designReducer, begin.design, startDesign)
  const { now: design, selected } = state
  const { state: save, flush } = useDraftSave(draft.id, begin, design)
  const problems = useMemo(() => problemsOf(design), [design])
  const forget = () => {
    for (const contract of [listDrafts, listQuestionnaires, getQuestionnaire])
      void queryClient.invalidateQueries({ queryKey: keyOf(contract) })
  }
  const publish = useDo(publishDraft, {
    done: ({ version }) => t('designer.published', { n: version }),
    onDone: () => {
      forget()
      void navigate({ to: '/questionnaires/$id', params: { id: String(draft.id) } })
    },
  })
  const drop = useDo(dropDraft, {
    onDone: () => {
      forget()
      void navigate({ to: '/questionnaires' })
    },
  })

  const askPublish = () =>
    modal.confirm({
      title: t('designer.publishTitle', { n: (draft.version ?? 0) + 1 }),
      content: t('designer.publishHint'),
      okText: t('designer.publish'),
      onOk: async () => {
        const revision = await flush()
        if (revision !== null)
          await publish.mutateAsync({ params: { id: draft.id }, body: { revision } }).catch(() => undefined)
      },
    })
  const askDrop = () =>
    modal.confirm({
      title: t('designer.dropTitle'),
      content: t('designer.dropHint'),
      okText: t('designer.drop'),
      okButtonProps: { danger: true },
      onOk: () => drop.mutateAsync({ params: { id: draft.id } }).catch(() => undefined),
    })

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return
    event.preventDefault()
    dispatch({ do: event.shiftKey ? 'redo' : 'undo' })
  }

  return (
    <div className="page designer" onKeyDown={onKeyDown}>
      <PageHeader
        title={localized(design.title) || t('designer.title')}
        extra={
          <>
            <LinkButton to="/questionnaires">
              <ArrowLeftOutlined aria-hidden /> {t('questionnaires.back')}
            </LinkButton>
            <span className="secondary small" role="status">
              {save === 'conflict' ? '' : t(`designer.${save}`)}
            </span>
            <Button
              aria-label={t('designer.undo')}
              icon={<UndoIcon />}
              disabled={state.past.length === 0}
              onClick={() => dispatch({ do: 'undo' })}
            />
            <Button
              aria-label={t('designer.redo')}
              icon={<RedoIcon />}
              disabled={state.future.length === 0}
              onClick={() => dispatch({ do: 'redo' })}
            />
            <Button onClick={askDrop}>{t('designer.drop')}</Button>
            <Button type="primary" disabled={problems.length > 0 || save === 'conflict'} onClick={askPublish}>
              {t('designer.publish')}
            </Button>
          </>
        }
      >
        <p className="secondary small">
          <code>{draft.code}</code> ·{' '}
          {draft.version === null ? t('designer.draftNew') : t('designer.draftOf', { n: draft.version })}
        </p>
      </PageHeader>
      {save === 'conflict' && (
        <Notice
          tone="warning"
          title={t('designer.conflictTitle')}
          action={<Button onClick={onReload}>{t('designer.loadTheirs')}</Button>}
        >
          {t('designer.conflictHint')}
        </Notice>
      )}
      <section className="design-problems" aria-live="polite">
        {problems.length === 0 ? (
          <span className="secondary small">{t('designer.noProblems')}</span>
        ) : (
          <details open={problems.length <= 5}>
            <summary>{t('designer.problems', { n: problems.length })}</summary>
            <ul>
              {problems.map((problem, at) => (
                <li key={at}>
                  <button
                    type="button"
                    className="plain-button"
                    disabled={problem.linkId === null}
                    onClick={() =>
                      dispatch({
                        do: 'select',
                        at: design.body.items.findIndex((item) => item.linkId === problem.linkId),
                      })
                    }
                  >
                    {problem.linkId ?? t('designer.settings')}
                  </button>{' '}
                  {t(`designer.problem.${problem.kind}`, { about: problem.about })}
                </li>
              ))}
            </ul>
          </details>
        )}
      </section>
      <div className="design-columns">
        <div>
          <WholeForm design={design} dispatch={dispatch} />
          <ItemList items={design.body.items} selected={selected} problems={problems} dispatch={dispatch} />
        </div>
        {selected === null ? (
          <p className="secondary">{t('designer.noQuestions')}</p>
        ) : (
          <ItemForm
            items={design.body.items}
            at={selected}
            scored={design.body.scoring === 'sum'}
            dispatch={dispatch}
          />
        )}
        <Preview body={design.body} />
      </div>
    </div>
  )
}
