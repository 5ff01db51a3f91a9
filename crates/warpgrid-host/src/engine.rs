//! The engine: compilation, and the slots that instances run in.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use warpgrid_db::Pools;
use warpgrid_store::Store;
use wasmtime::component::Component;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig,
    Strategy,
};

use crate::budget::TABLE_ELEMENTS;
use crate::code_cache;
use crate::config::{Limits, ShimConfig};
use crate::deployment::{Deployment, Inherited};
use crate::error::Error;
use crate::linker::Linkers;
use crate::program::Program;
use crate::upstreams::Upstreams;

/// How often running guests are interrupted, so that one which computes neither
/// starves the others nor outlives its deadline.
const EPOCH: Duration = Duration::from_millis(10);
/// Core instances, memories and tables that one component may need. Components
/// made from adapters hold several core modules.
const CORE_INSTANCES_PER_COMPONENT: u32 = 8;
const MEMORIES_PER_COMPONENT: u32 = 2;
const TABLES_PER_COMPONENT: u32 = 4;
/// Bytes of a memory or table that a slot keeps for its next instance, where the
/// kernel says which pages an instance wrote to (`PAGEMAP_SCAN`, Linux 6.7): they
/// are written anew, rather than given back and faulted in again, for which all
/// processors would have to stop.
const RESIDENT: usize = 1 << 20;
/// Bytes of metadata of one instance.
const INSTANCE_METADATA: usize = 8 << 20;

/// What makes machine code of components.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compiler {
    /// Cranelift, which makes fast code.
    #[default]
    Cranelift,
    /// Winch, which makes it fast, in one pass.
    Winch,
}

/// What all deployments of an engine share.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The most instances of all deployments together.
    pub instances: u32,
    /// The most linear memory that any one instance may have, in bytes.
    pub memory: usize,
    /// Where compiled code is kept; compiled anew each time if absent.
    pub code_cache: Option<Store>,
    /// What compiles.
    pub compiler: Compiler,
    /// Whether the instructions that guests execute are counted, which makes
    /// them slower. It is wasmtime's fuel that counts: each WebAssembly
    /// instruction is one, a copy of any length, too; but `nop`, `drop`,
    /// `block`, `loop`, `else`, `end`, `return` and `unreachable` are none, and
    /// a function that is entered is one more.
    pub count_instructions: bool,
    /// Whether faults may cut what guests have open ([`crate::faults`]).
    pub faults: bool,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self::for_limits(&Limits::default())
    }
}

impl EngineConfig {
    /// Room for one deployment with these limits; no code cache. An instance
    /// may still be finishing when the next request's is made: hence twice the
    /// slots.
    pub fn for_limits(limits: &Limits) -> Self {
        Self {
            instances: limits.instances.saturating_mul(2),
            memory: limits.memory_bytes(),
            code_cache: None,
            compiler: Compiler::default(),
            count_instructions: false,
            faults: false,
        }
    }
}

/// Compiles and links components. Cheap to clone.
#[derive(Clone)]
pub struct WarpGridEngine {
    pub(crate) engine: Engine,
    pub(crate) linkers: Arc<Linkers>,
    code_cache: Option<Store>,
    compiler: Compiler,
    pub(crate) count_instructions: bool,
    faults: bool,
    pub(crate) pools: Pools,
}

/// A compiled component.
#[derive(Clone)]
pub struct Module {
    pub(crate) component: Component,
    pub(crate) path: PathBuf,
}

impl WarpGridEngine {
    /// Reserves the slots that instances run in and starts the interruption of
    /// guests, which ends with the engine.
    ///
    /// # Errors
    /// When the address space does not suffice for the instances.
    pub fn new(config: EngineConfig) -> Result<Self, Error> {
        Self::with_pools(config, Pools::new())
    }

    /// An engine with other slots, which shares this one's pools and code.
    pub(crate) fn for_limits(&self, limits: &Limits) -> Result<Self, Error> {
        let config = EngineConfig {
            code_cache: self.code_cache.clone(),
            compiler: self.compiler,
            count_instructions: self.count_instructions,
            faults: self.faults,
            ..EngineConfig::for_limits(limits)
        };
        Self::with_pools(config, self.pools.clone())
    }

    fn with_pools(config: EngineConfig, pools: Pools) -> Result<Self, Error> {
        let engine = Engine::new(&wasmtime_config(&config)).map_err(|error| Error::Engine {
            reason: error.to_string(),
        })?;
        let ticking = engine.weak();
        std::thread::Builder::new()
            .name("epoch".to_owned())
            .spawn(move || {
                while let Some(engine) = ticking.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    std::thread::sleep(EPOCH);
                }
            })
            .map_err(|error| Error::Engine {
                reason: error.to_string(),
            })?;
        Ok(Self {
            engine,
            linkers: Arc::default(),
            code_cache: config.code_cache,
            compiler: config.compiler,
            count_instructions: config.count_instructions,
            faults: config.faults,
            pools,
        })
    }

    /// Reads and compiles a component, or takes its code from the cache.
    ///
    /// # Errors
    /// When the file cannot be read or is not a component.
    pub fn load_module(&self, path: &Path) -> Result<Module, Error> {
        let component = code_cache::load(&self.engine, self.code_cache.as_ref(), path)?;
        Ok(Module {
            component,
            path: path.to_owned(),
        })
    }

    /// Links a component with the shims of its configuration. Its instances are
    /// made when they are needed.
    ///
    /// # Errors
    /// When the component imports what the configuration does not give it.
    pub fn instantiate(
        &self,
        module: &Module,
        config: &ShimConfig,
    ) -> Result<Arc<Deployment>, Error> {
        Deployment::new(self, module, config, self.heritage(config), None).map(Arc::new)
    }

    /// As [`WarpGridEngine::instantiate`], of a component that is a loader.
    ///
    /// # Errors
    /// When the component imports what the configuration does not give it.
    pub fn instantiate_with(
        &self,
        module: &Module,
        program: Program,
        config: &ShimConfig,
    ) -> Result<Arc<Deployment>, Error> {
        let inherited = self.heritage(config);
        Deployment::new(self, module, config, inherited, Some(program)).map(Arc::new)
    }

    /// What the first deployment begins with.
    fn heritage(&self, config: &ShimConfig) -> Inherited {
        let upstreams = Upstreams::new(config, &self.pools);
        Inherited {
            signals: Arc::default(),
            upstreams: if self.faults {
                upstreams.with_faults()
            } else {
                upstreams
            },
            places: None,
        }
    }

    /// The database pools that all deployments of this engine share.
    pub fn pools(&self) -> &Pools {
        &self.pools
    }
}

fn wasmtime_config(config: &EngineConfig) -> Config {
    let mut pooling = PoolingAllocationConfig::new();
    pooling
        .total_component_instances(config.instances)
        .total_core_instances(
            config
                .instances
                .saturating_mul(CORE_INSTANCES_PER_COMPONENT),
        )
        .total_memories(config.instances.saturating_mul(MEMORIES_PER_COMPONENT))
        .total_tables(config.instances.saturating_mul(TABLES_PER_COMPONENT))
        .total_stacks(config.instances.saturating_mul(2))
        .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT)
        .max_memories_per_component(MEMORIES_PER_COMPONENT)
        .max_tables_per_component(TABLES_PER_COMPONENT)
        .max_component_instance_size(INSTANCE_METADATA)
        .max_core_instance_size(INSTANCE_METADATA)
        .max_memory_size(config.memory)
        .table_elements(TABLE_ELEMENTS);
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pooling
            .pagemap_scan(Enabled::Yes)
            .linear_memory_keep_resident(RESIDENT)
            .table_keep_resident(RESIDENT);
    }
    let mut wasmtime = Config::new();
    wasmtime
        .strategy(match config.compiler {
            Compiler::Cranelift => Strategy::Cranelift,
            Compiler::Winch => Strategy::Winch,
        })
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .epoch_interruption(true)
        .memory_init_cow(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pooling));
    if config.count_instructions {
        let mut cost = OperatorCost::new();
        cost.variable.memory_copy_per_byte = 0;
        cost.variable.memory_fill_per_byte = 0;
        cost.variable.memory_init_per_byte = 0;
        wasmtime.consume_fuel(true).operator_cost(cost);
    }
    wasmtime
}
