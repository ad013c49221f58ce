import '@xyflow/react/dist/base.css'
import './canvas.css'
import { PlusOutlined } from '@ant-design/icons'
import {
  BaseEdge,
  Background,
  Controls,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from '@xyflow/react'
import { Dropdown } from 'antd'
import { createContext, type KeyboardEvent, useContext, useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { PathwayDefinition, PathwayStep } from '../../../../contract/pathway.ts'
import { type EditAction, type Exit, type Spot, type StepKind, exitsOf } from '../editing.ts'
import { stepIcons } from '../stepIcons.ts'
import { type Direction, drawing, nextTo, size } from '../positions.ts'
import { useInsertItems } from './useInsertItems.tsx'

export type CanvasProps = {
  definition: PathwayDefinition
  selected: string | null
  /** Keys of steps with something to mend. */
  faulty: ReadonlySet<string>
  /** What a step does, in one line. */
  words: (step: PathwayStep) => string
  onAction: (action: EditAction) => void
  onInsert: (at: Spot, kind: StepKind) => void
}

const Shared = createContext<CanvasProps | null>(null)

type StepNode = Node<{ step: PathwayStep; first: boolean }, 'step'>
type EndNode = Node<Record<string, never>, 'end'>
type LeadEdge = Edge<{ from: string; exit: Exit; via: number; label: string | null }, 'lead'>

const nodeTypes = { step: StepBox, end: EndDot }
const edgeTypes = { lead: Lead }
const arrows: Record<string, Direction> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
}

/** The pathway drawn from top to bottom; steps are put in on its lines, and lines can be drawn to other steps. */
export default function Canvas(props: CanvasProps) {
  return (
    <Shared value={props}>
      <ReactFlowProvider>
        <Drawing {...props} />
      </ReactFlowProvider>
    </Shared>
  )
}

function Drawing({ definition, selected, onAction }: CanvasProps) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const drawn = useMemo(() => drawing(definition), [definition])
  const { nodes, edges } = useMemo(() => {
    const byKey = new Map(definition.steps.map((step) => [step.key, step]))
    const title = (key: string | null) => (key === null ? t('pathways.end') : (byKey.get(key)?.title ?? key))
    const nodes: (StepNode | EndNode)[] = [
      ...drawn.steps.flatMap(({ key, x, y }): StepNode[] => {
        const step = byKey.get(key)
        return step
          ? [
              {
                id: key,
                type: 'step',
                position: { x, y },
                width: size.width,
                height: size.height,
                data: { step, first: key === definition.start },
              },
            ]
          : []
      }),
      ...drawn.ends.map(({ id, x, y }): EndNode => ({
        id,
        type: 'end',
        position: { x, y },
        width: size.end,
        height: size.end,
        data: {},
      })),
    ]
    const edges = drawn.lines.map(({ from, exit, to, target, via }): LeadEdge => {
      const branch = byKey.get(from)?.kind === 'branch'
      return {
        id: `${from}:${exit}`,
        type: 'lead',
        source: from,
        sourceHandle: exit,
        target,
        ariaLabel: t('editor.lineOf', { from: title(from), to: title(to) }),
        markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: 'var(--text-secondary)' },
        data: { from, exit, via, label: branch ? t(exit === 'next' ? 'pathways.yes' : 'pathways.no') : null },
      }
    })
    return { nodes, edges }
  }, [definition, drawn, t])

  const chosen = selected ?? definition.start
  const pressed = (event: KeyboardEvent) => {
    const direction = arrows[event.key]
    if (direction) {
      event.preventDefault()
      onAction({
        do: 'select',
        key: selected === null ? chosen : (nextTo(drawn.steps, chosen, direction) ?? chosen),
      })
    }
    if ((event.key === 'Delete' || event.key === 'Backspace') && selected !== null) {
      event.preventDefault()
      onAction({ do: 'delete', key: selected })
    }
  }

  return (
    <div
      ref={box}
      className="canvas"
      // Menus opened from here are drawn elsewhere; their keys are theirs.
      onKeyDown={(event) => box.current?.contains(event.target as HTMLElement) && pressed(event)}
    >
      <ReactFlow<StepNode | EndNode, LeadEdge>
        aria-label={t('editor.canvas')}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        nodesDraggable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        panActivationKeyCode={null}
        multiSelectionKeyCode={null}
        panOnScroll
        zoomOnDoubleClick={false}
        minZoom={0.2}
        maxZoom={1.5}
        defaultViewport={{ x: 0, y: 0, zoom: 1 }}
        proOptions={{ hideAttribution: true }}
        onNodeClick={(_, node) => node.type === 'step' && onAction({ do: 'select', key: node.id })}
        onPaneClick={() => onAction({ do: 'select', key: null })}
        onConnect={({ source, sourceHandle, target }) =>
          onAction({
            do: 'connect',
            key: source,
            exit: sourceHandle === 'otherwise' ? 'otherwise' : 'next',
            to: target,
          })
        }
        ariaLabelConfig={{
          'controls.ariaLabel': t('editor.zoom'),
          'controls.zoomIn.ariaLabel': t('editor.zoomIn'),
          'controls.zoomOut.ariaLabel': t('editor.zoomOut'),
          'controls.fitView.ariaLabel': t('editor.zoomFit'),
        }}
      >
        <Background gap={24} />
        <Controls showInteractive={false} fitViewOptions={{ maxZoom: 1, padding: 0.1 }} />
        <View chosen={chosen} />
      </ReactFlow>
    </div>
  )
}

/** Brings the chosen step into view, and the focus with it while the focus is on the canvas. */
function View({ chosen }: { chosen: string }) {
  const { setViewport, getViewport, getNode } = useReactFlow()
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  const shown = useRef(false)
  useEffect(() => {
    const node = getNode(chosen)
    if (!node || width === 0) return
    const { x, y, zoom } = getViewport()
    const left = node.position.x * zoom + x
    const top = node.position.y * zoom + y
    const inside =
      left >= 0 && left + size.width * zoom <= width && top >= 0 && top + size.height * zoom <= height - 24
    if (!shown.current || !inside) {
      const middle = width / 2 - (node.position.x + size.width / 2) * zoom
      // The first look shows the beginning at the top; later ones put the step where the eye is.
      const down = shown.current ? height / 3 : 24
      void setViewport({ x: middle, y: down - node.position.y * zoom, zoom })
      shown.current = true
    }
    if (document.activeElement?.closest('.canvas'))
      document
        .querySelector<HTMLElement>(`.canvas [data-step="${CSS.escape(chosen)}"]`)
        ?.focus({ preventScroll: true })
  }, [chosen, width, height, getNode, getViewport, setViewport])
  return null
}

function useShared(): CanvasProps {
  const shared = useContext(Shared)
  if (!shared) throw new Error('A step is drawn on the canvas only.')
  return shared
}

function StepBox({ data: { step, first } }: NodeProps<StepNode>) {
  const { t } = useTranslation()
  const { selected, faulty, words } = useShared()
  const Icon = stepIcons[step.kind]
  const chosen = step.key === selected
  const wrong = faulty.has(step.key)
  return (
    <div className={`canvas-step kind-${step.kind}${chosen ? ' is-chosen' : ''}${wrong ? ' is-wrong' : ''}`}>
      <Handle type="target" position={Position.Top} />
      <button
        type="button"
        data-step={step.key}
        aria-current={chosen}
        // One stop for the tab key; arrows go on from there.
        tabIndex={chosen || (selected === null && first) ? 0 : -1}
      >
        <span className="canvas-title">
          <Icon aria-hidden /> <strong>{step.title || t(`pathways.kind.${step.kind}`)}</strong>
        </span>
        <span className="canvas-words">{words(step)}</span>
        {wrong && <span className="canvas-wrong">{t('editor.wrong')}</span>}
      </button>
      {exitsOf(step).map(({ exit }, index, all) => (
        <Handle
          key={exit}
          id={exit}
          type="source"
          position={Position.Bottom}
          style={all.length > 1 ? { left: index === 0 ? '40%' : '60%' } : {}}
          title={t('editor.drag')}
        />
      ))}
    </div>
  )
}

function EndDot() {
  const { t } = useTranslation()
  return (
    <div className="canvas-end" role="img" aria-label={t('pathways.end')}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
    </div>
  )
}

function Lead({ sourceX: x, sourceY, targetX, targetY, markerEnd, data }: EdgeProps<LeadEdge>) {
  const { t } = useTranslation()
  const { onInsert } = useShared()
  const insertItems = useInsertItems()
  if (!data) return null
  const bend = sourceY + 22
  const path =
    data.via === x && targetX === x
      ? `M ${x} ${sourceY} V ${targetY}`
      : `M ${x} ${sourceY} V ${bend} H ${data.via} V ${targetY - 18} H ${targetX} V ${targetY}`
  const at = data.label ? bend + 22 : (sourceY + Math.min(targetY, sourceY + size.down)) / 2
  return (
    <>
      <BaseEdge path={path} {...(markerEnd && { markerEnd })} />
      <EdgeLabelRenderer>
        <div
          className="canvas-line nodrag nopan"
          style={{ transform: `translate(-50%, -50%) translate(${data.via}px, ${at}px)` }}
        >
          {data.label && (
            <span className={`flow-side is-${data.exit === 'next' ? 'yes' : 'no'}`}>{data.label}</span>
          )}
          <Dropdown
            trigger={['click']}
            menu={{
              items: insertItems,
              onClick: ({ key }) => onInsert({ after: data.from, exit: data.exit }, key as StepKind),
            }}
          >
            <button type="button" className="canvas-add" tabIndex={-1} aria-label={t('editor.insertHere')}>
              <PlusOutlined aria-hidden />
            </button>
          </Dropdown>
        </div>
      </EdgeLabelRenderer>
    </>
  )
}
