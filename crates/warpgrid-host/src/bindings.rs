// Generated from wit/ by `cargo xtask codegen`.
#[doc(hidden)]
pub use wasmtime_wasi::p2::bindings::io::poll as __with_name0;

/// Auto-generated bindings for a pre-instantiated version of a
/// component which implements the world `shims`.
///
/// This structure is created through [`ShimsPre::new`] which
/// takes a [`InstancePre`](wasmtime::component::InstancePre) that
/// has been created through a [`Linker`](wasmtime::component::Linker).
///
/// For more information see [`Shims`] as well.
pub struct ShimsPre<T: 'static> {
    instance_pre: wasmtime::component::InstancePre<T>,
    indices: ShimsIndices,
}

impl<T: 'static> Clone for ShimsPre<T> {
    fn clone(&self) -> Self {
        Self {
            instance_pre: self.instance_pre.clone(),
            indices: self.indices.clone(),
        }
    }
}

impl<_T: 'static> ShimsPre<_T> {
    /// Creates a new copy of `ShimsPre` bindings which can then
    /// be used to instantiate into a particular store.
    ///
    /// This method may fail if the component behind `instance_pre`
    /// does not have the required exports.
    pub fn new(instance_pre: wasmtime::component::InstancePre<_T>) -> wasmtime::Result<Self> {
        let indices = ShimsIndices::new(&instance_pre)?;
        Ok(Self {
            instance_pre,
            indices,
        })
    }

    pub fn engine(&self) -> &wasmtime::Engine {
        self.instance_pre.engine()
    }

    pub fn instance_pre(&self) -> &wasmtime::component::InstancePre<_T> {
        &self.instance_pre
    }

    /// Instantiates a new instance of [`Shims`] within the
    /// `store` provided.
    ///
    /// This function will use `self` as the pre-instantiated
    /// instance to perform instantiation. Afterwards the preloaded
    /// indices in `self` are used to lookup all exports on the
    /// resulting instance.
    pub fn instantiate(
        &self,
        mut store: impl wasmtime::AsContextMut<Data = _T>,
    ) -> wasmtime::Result<Shims> {
        let mut store = store.as_context_mut();
        let instance = self.instance_pre.instantiate(&mut store)?;
        self.indices.load(&mut store, &instance)
    }
}

/// Auto-generated bindings for index of the exports of
/// `shims`.
///
/// This is an implementation detail of [`ShimsPre`] and can
/// be constructed if needed as well.
///
/// For more information see [`Shims`] as well.
#[derive(Clone)]
pub struct ShimsIndices {}

/// Auto-generated bindings for an instance a component which
/// implements the world `shims`.
///
/// This structure can be created through a number of means
/// depending on your requirements and what you have on hand:
///
/// * The most convenient way is to use
///   [`Shims::instantiate`] which only needs a
///   [`Store`], [`Component`], and [`Linker`].
///
/// * Alternatively you can create a [`ShimsPre`] ahead of
///   time with a [`Component`] to front-load string lookups
///   of exports once instead of per-instantiation. This
///   method then uses [`ShimsPre::instantiate`] to
///   create a [`Shims`].
///
/// * If you've instantiated the instance yourself already
///   then you can use [`Shims::new`].
///
/// These methods are all equivalent to one another and move
/// around the tradeoff of what work is performed when.
///
/// [`Store`]: wasmtime::Store
/// [`Component`]: wasmtime::component::Component
/// [`Linker`]: wasmtime::component::Linker
pub struct Shims {}
const _: () = {
    impl ShimsIndices {
        /// Creates a new copy of `ShimsIndices` bindings which can then
        /// be used to instantiate into a particular store.
        ///
        /// This method may fail if the component does not have the
        /// required exports.
        pub fn new<_T>(
            _instance_pre: &wasmtime::component::InstancePre<_T>,
        ) -> wasmtime::Result<Self> {
            let _component = _instance_pre.component();
            let _instance_type = _instance_pre.instance_type();

            Ok(ShimsIndices {})
        }

        /// Uses the indices stored in `self` to load an instance
        /// of [`Shims`] from the instance provided.
        ///
        /// Note that at this time this method will additionally
        /// perform type-checks of all exports.
        pub fn load(
            &self,
            mut store: impl wasmtime::AsContextMut,
            instance: &wasmtime::component::Instance,
        ) -> wasmtime::Result<Shims> {
            let _ = &mut store;
            let _instance = instance;

            Ok(Shims {})
        }
    }
    impl Shims {
        /// Convenience wrapper around [`ShimsPre::new`] and
        /// [`ShimsPre::instantiate`].
        pub fn instantiate<_T>(
            store: impl wasmtime::AsContextMut<Data = _T>,
            component: &wasmtime::component::Component,
            linker: &wasmtime::component::Linker<_T>,
        ) -> wasmtime::Result<Shims> {
            let pre = linker.instantiate_pre(component)?;
            ShimsPre::new(pre)?.instantiate(store)
        }

        /// Convenience wrapper around [`ShimsIndices::new`] and
        /// [`ShimsIndices::load`].
        pub fn new(
            mut store: impl wasmtime::AsContextMut,
            instance: &wasmtime::component::Instance,
        ) -> wasmtime::Result<Shims> {
            let indices = ShimsIndices::new(&instance.instance_pre(&store))?;
            indices.load(&mut store, instance)
        }

        pub fn add_to_linker<T, D>(
            linker: &mut wasmtime::component::Linker<T>,

            host_getter: fn(&mut T) -> D::Data<'_>,
        ) -> wasmtime::Result<()>
        where
            D: warpgrid::shim::filesystem::HostWithStore<T>
                + warpgrid::shim::dns::HostWithStore<T>
                + warpgrid::shim::dns_reverse::HostWithStore<T>
                + warpgrid::shim::signals::HostWithStore<T>
                + warpgrid::shim::database_proxy::HostWithStore<T>
                + __with_name0::HostWithStore<T>
                + warpgrid::shim::sockets::HostWithStore<T>
                + warpgrid::shim::threading::HostWithStore<T>
                + Send,
            for<'a> D::Data<'a>: warpgrid::shim::filesystem::Host
                + warpgrid::shim::dns::Host
                + warpgrid::shim::dns_reverse::Host
                + warpgrid::shim::signals::Host
                + warpgrid::shim::database_proxy::Host
                + __with_name0::Host
                + warpgrid::shim::sockets::Host
                + warpgrid::shim::threading::Host
                + Send,
            T: 'static + Send,
        {
            warpgrid::shim::filesystem::add_to_linker::<T, D>(linker, host_getter)?;
            warpgrid::shim::dns::add_to_linker::<T, D>(linker, host_getter)?;
            warpgrid::shim::dns_reverse::add_to_linker::<T, D>(linker, host_getter)?;
            warpgrid::shim::signals::add_to_linker::<T, D>(linker, host_getter)?;
            warpgrid::shim::database_proxy::add_to_linker::<T, D>(linker, host_getter)?;
            __with_name0::add_to_linker::<T, D>(linker, host_getter)?;
            warpgrid::shim::sockets::add_to_linker::<T, D>(linker, host_getter)?;
            warpgrid::shim::threading::add_to_linker::<T, D>(linker, host_getter)?;
            Ok(())
        }
    }
};
pub mod warpgrid {
    pub mod shim {

        #[allow(clippy::all)]
        pub mod filesystem {
            #[allow(unused_imports)]
            use wasmtime::component::__internal::Box;

            pub trait HostWithStore<T>: wasmtime::component::HasData {}
            impl<H: ?Sized, T> HostWithStore<T> for H where H: wasmtime::component::HasData {}
            pub trait Host {
                /// The whole content of a virtual file, or `none` where the path is not
                /// virtual and the guest's own file system must answer.
                fn read_virtual(
                    &mut self,
                    path: wasmtime::component::__internal::String,
                ) -> wasmtime::Result<Option<wasmtime::component::__internal::Vec<u8>>>;
                /// Whether the path names a virtual file or a directory that holds one.
                fn is_virtual(
                    &mut self,
                    path: wasmtime::component::__internal::String,
                ) -> wasmtime::Result<bool>;
                /// Every virtual path that is known by name, in lexical order.
                fn list_virtual_paths(
                    &mut self,
                ) -> wasmtime::Result<
                    wasmtime::component::__internal::Vec<wasmtime::component::__internal::String>,
                >;
            }
            impl<_T: Host + ?Sized> Host for &mut _T {
                /// The whole content of a virtual file, or `none` where the path is not
                /// virtual and the guest's own file system must answer.
                fn read_virtual(
                    &mut self,
                    path: wasmtime::component::__internal::String,
                ) -> wasmtime::Result<Option<wasmtime::component::__internal::Vec<u8>>>
                {
                    Host::read_virtual(*self, path)
                }
                /// Whether the path names a virtual file or a directory that holds one.
                fn is_virtual(
                    &mut self,
                    path: wasmtime::component::__internal::String,
                ) -> wasmtime::Result<bool> {
                    Host::is_virtual(*self, path)
                }
                /// Every virtual path that is known by name, in lexical order.
                fn list_virtual_paths(
                    &mut self,
                ) -> wasmtime::Result<
                    wasmtime::component::__internal::Vec<wasmtime::component::__internal::String>,
                > {
                    Host::list_virtual_paths(*self)
                }
            }

            pub fn add_to_linker_instance<T, D>(
                inst: &mut wasmtime::component::LinkerInstance<'_, T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static,
            {
                inst.func_wrap(
                    "read-virtual",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>,
                          (arg0,): (wasmtime::component::__internal::String,)| {
                        let host = &mut host_getter(caller.data_mut());
                        let r = Host::read_virtual(host, arg0);
                        Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                    },
                )?;
                inst.func_wrap(
                    "is-virtual",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>,
                          (arg0,): (wasmtime::component::__internal::String,)| {
                        let host = &mut host_getter(caller.data_mut());
                        let r = Host::is_virtual(host, arg0);
                        Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                    },
                )?;
                inst.func_wrap(
                    "list-virtual-paths",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>, (): ()| {
                        let host = &mut host_getter(caller.data_mut());
                        let r = Host::list_virtual_paths(host);
                        Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                    },
                )?;
                Ok(())
            }

            pub fn add_to_linker<T, D>(
                linker: &mut wasmtime::component::Linker<T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static,
            {
                let mut inst = linker.instance("warpgrid:shim/filesystem@0.1.0")?;
                add_to_linker_instance::<T, D>(&mut inst, host_getter)
            }
        }

        #[allow(clippy::all)]
        pub mod dns {
            #[allow(unused_imports)]
            use wasmtime::component::__internal::Box;

            /// An address in network byte order: four octets, or sixteen where
            /// `is-v6` holds.
            #[derive(
                wasmtime::component::ComponentType,
                wasmtime::component::Lift,
                wasmtime::component::Lower,
            )]
            #[component(record)]
            #[derive(Clone)]
            pub struct IpAddress {
                #[component(name = "octets")]
                pub octets: wasmtime::component::__internal::Vec<u8>,
                #[component(name = "is-v6")]
                pub is_v6: bool,
            }
            impl core::fmt::Debug for IpAddress {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    f.debug_struct("IpAddress")
                        .field("octets", &self.octets)
                        .field("is-v6", &self.is_v6)
                        .finish()
                }
            }
            const _: () = {
                assert!(12 == <IpAddress as wasmtime::component::ComponentType>::SIZE32);
                assert!(4 == <IpAddress as wasmtime::component::ComponentType>::ALIGN32);
            };
            #[derive(
                wasmtime::component::ComponentType,
                wasmtime::component::Lift,
                wasmtime::component::Lower,
            )]
            #[component(enum)]
            #[derive(Clone, Copy, Eq, PartialEq)]
            #[repr(u8)]
            pub enum DnsError {
                /// The name does not exist, or has no address.
                #[component(name = "not-found")]
                NotFound,
                /// No answer came in time; asking again may succeed.
                #[component(name = "timeout")]
                Timeout,
                /// The resolver failed.
                #[component(name = "internal")]
                Internal,
            }
            impl DnsError {
                pub fn name(&self) -> &'static str {
                    match self {
                        DnsError::NotFound => "not-found",
                        DnsError::Timeout => "timeout",
                        DnsError::Internal => "internal",
                    }
                }
                pub fn message(&self) -> &'static str {
                    match self {
                        DnsError::NotFound => "The name does not exist, or has no address.",
                        DnsError::Timeout => "No answer came in time; asking again may succeed.",
                        DnsError::Internal => "The resolver failed.",
                    }
                }
            }
            impl core::fmt::Debug for DnsError {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    f.debug_struct("DnsError")
                        .field("code", &(*self as i32))
                        .field("name", &self.name())
                        .field("message", &self.message())
                        .finish()
                }
            }
            impl core::fmt::Display for DnsError {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    write!(f, "{} (error {})", self.name(), *self as i32)
                }
            }

            impl core::error::Error for DnsError {}
            const _: () = {
                assert!(1 == <DnsError as wasmtime::component::ComponentType>::SIZE32);
                assert!(1 == <DnsError as wasmtime::component::ComponentType>::ALIGN32);
            };
            pub trait HostWithStore<T>: wasmtime::component::HasData + Send {}
            impl<H: ?Sized, T> HostWithStore<T> for H where H: wasmtime::component::HasData + Send {}
            pub trait Host: Send {
                /// The addresses of a host name, best first.
                fn resolve(
                    &mut self,
                    hostname: wasmtime::component::__internal::String,
                ) -> impl ::core::future::Future<
                    Output = wasmtime::Result<
                        Result<wasmtime::component::__internal::Vec<IpAddress>, DnsError>,
                    >,
                > + Send;
            }
            impl<_T: Host + ?Sized + Send> Host for &mut _T {
                /// The addresses of a host name, best first.
                fn resolve(
                    &mut self,
                    hostname: wasmtime::component::__internal::String,
                ) -> impl ::core::future::Future<
                    Output = wasmtime::Result<
                        Result<wasmtime::component::__internal::Vec<IpAddress>, DnsError>,
                    >,
                > + Send {
                    async move { Host::resolve(*self, hostname).await }
                }
            }

            pub fn add_to_linker_instance<T, D>(
                inst: &mut wasmtime::component::LinkerInstance<'_, T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static + Send,
            {
                inst.func_wrap_async(
                    "resolve",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>,
                          (arg0,): (wasmtime::component::__internal::String,)| {
                        wasmtime::component::__internal::Box::new(async move {
                            let host = &mut host_getter(caller.data_mut());
                            let r = Host::resolve(host, arg0).await;
                            Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                        })
                    },
                )?;
                Ok(())
            }

            pub fn add_to_linker<T, D>(
                linker: &mut wasmtime::component::Linker<T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static + Send,
            {
                let mut inst = linker.instance("warpgrid:shim/dns@0.1.0")?;
                add_to_linker_instance::<T, D>(&mut inst, host_getter)
            }
        }

        #[allow(clippy::all)]
        pub mod dns_reverse {
            #[allow(unused_imports)]
            use wasmtime::component::__internal::Box;

            pub type IpAddress = super::super::super::warpgrid::shim::dns::IpAddress;
            const _: () = {
                assert!(12 == <IpAddress as wasmtime::component::ComponentType>::SIZE32);
                assert!(4 == <IpAddress as wasmtime::component::ComponentType>::ALIGN32);
            };
            pub type DnsError = super::super::super::warpgrid::shim::dns::DnsError;
            const _: () = {
                assert!(1 == <DnsError as wasmtime::component::ComponentType>::SIZE32);
                assert!(1 == <DnsError as wasmtime::component::ComponentType>::ALIGN32);
            };
            pub trait HostWithStore<T>: wasmtime::component::HasData + Send {}
            impl<H: ?Sized, T> HostWithStore<T> for H where H: wasmtime::component::HasData + Send {}
            pub trait Host: Send {
                /// The names of an address, best first.
                fn lookup(
                    &mut self,
                    address: IpAddress,
                ) -> impl ::core::future::Future<
                    Output = wasmtime::Result<
                        Result<
                            wasmtime::component::__internal::Vec<
                                wasmtime::component::__internal::String,
                            >,
                            DnsError,
                        >,
                    >,
                > + Send;
            }
            impl<_T: Host + ?Sized + Send> Host for &mut _T {
                /// The names of an address, best first.
                fn lookup(
                    &mut self,
                    address: IpAddress,
                ) -> impl ::core::future::Future<
                    Output = wasmtime::Result<
                        Result<
                            wasmtime::component::__internal::Vec<
                                wasmtime::component::__internal::String,
                            >,
                            DnsError,
                        >,
                    >,
                > + Send {
                    async move { Host::lookup(*self, address).await }
                }
            }

            pub fn add_to_linker_instance<T, D>(
                inst: &mut wasmtime::component::LinkerInstance<'_, T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static + Send,
            {
                inst.func_wrap_async(
                    "lookup",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>, (arg0,): (IpAddress,)| {
                        wasmtime::component::__internal::Box::new(async move {
                            let host = &mut host_getter(caller.data_mut());
                            let r = Host::lookup(host, arg0).await;
                            Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                        })
                    },
                )?;
                Ok(())
            }

            pub fn add_to_linker<T, D>(
                linker: &mut wasmtime::component::Linker<T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static + Send,
            {
                let mut inst = linker.instance("warpgrid:shim/dns-reverse@0.1.0")?;
                add_to_linker_instance::<T, D>(&mut inst, host_getter)
            }
        }

        #[allow(clippy::all)]
        pub mod signals {
            #[allow(unused_imports)]
            use wasmtime::component::__internal::Box;

            #[derive(
                wasmtime::component::ComponentType,
                wasmtime::component::Lift,
                wasmtime::component::Lower,
            )]
            #[component(enum)]
            #[derive(Clone, Copy, Eq, PartialEq)]
            #[repr(u8)]
            pub enum SignalType {
                #[component(name = "terminate")]
                Terminate,
                #[component(name = "hangup")]
                Hangup,
                #[component(name = "interrupt")]
                Interrupt,
            }
            impl core::fmt::Debug for SignalType {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    match self {
                        SignalType::Terminate => f.debug_tuple("SignalType::Terminate").finish(),
                        SignalType::Hangup => f.debug_tuple("SignalType::Hangup").finish(),
                        SignalType::Interrupt => f.debug_tuple("SignalType::Interrupt").finish(),
                    }
                }
            }
            const _: () = {
                assert!(1 == <SignalType as wasmtime::component::ComponentType>::SIZE32);
                assert!(1 == <SignalType as wasmtime::component::ComponentType>::ALIGN32);
            };
            pub trait HostWithStore<T>: wasmtime::component::HasData {}
            impl<H: ?Sized, T> HostWithStore<T> for H where H: wasmtime::component::HasData {}
            pub trait Host {
                /// Registers interest in a signal. False where the host does not deliver it.
                fn on_signal(&mut self, signal: SignalType) -> wasmtime::Result<bool>;
                /// The oldest signal not yet taken, of those registered.
                fn poll_signal(&mut self) -> wasmtime::Result<Option<SignalType>>;
            }
            impl<_T: Host + ?Sized> Host for &mut _T {
                /// Registers interest in a signal. False where the host does not deliver it.
                fn on_signal(&mut self, signal: SignalType) -> wasmtime::Result<bool> {
                    Host::on_signal(*self, signal)
                }
                /// The oldest signal not yet taken, of those registered.
                fn poll_signal(&mut self) -> wasmtime::Result<Option<SignalType>> {
                    Host::poll_signal(*self)
                }
            }

            pub fn add_to_linker_instance<T, D>(
                inst: &mut wasmtime::component::LinkerInstance<'_, T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static,
            {
                inst.func_wrap(
                    "on-signal",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>, (arg0,): (SignalType,)| {
                        let host = &mut host_getter(caller.data_mut());
                        let r = Host::on_signal(host, arg0);
                        Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                    },
                )?;
                inst.func_wrap(
                    "poll-signal",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>, (): ()| {
                        let host = &mut host_getter(caller.data_mut());
                        let r = Host::poll_signal(host);
                        Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                    },
                )?;
                Ok(())
            }

            pub fn add_to_linker<T, D>(
                linker: &mut wasmtime::component::Linker<T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static,
            {
                let mut inst = linker.instance("warpgrid:shim/signals@0.1.0")?;
                add_to_linker_instance::<T, D>(&mut inst, host_getter)
            }
        }

        #[allow(clippy::all)]
        pub mod database_proxy {
            #[allow(unused_imports)]
            use wasmtime::component::__internal::Box;

            #[derive(
                wasmtime::component::ComponentType,
                wasmtime::component::Lift,
                wasmtime::component::Lower,
            )]
            #[component(enum)]
            #[derive(Clone, Copy, Eq, PartialEq)]
            #[repr(u8)]
            pub enum DbProtocol {
                #[component(name = "postgres")]
                Postgres,
                #[component(name = "mysql")]
                Mysql,
                #[component(name = "redis")]
                Redis,
            }
            impl core::fmt::Debug for DbProtocol {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    match self {
                        DbProtocol::Postgres => f.debug_tuple("DbProtocol::Postgres").finish(),
                        DbProtocol::Mysql => f.debug_tuple("DbProtocol::Mysql").finish(),
                        DbProtocol::Redis => f.debug_tuple("DbProtocol::Redis").finish(),
                    }
                }
            }
            const _: () = {
                assert!(1 == <DbProtocol as wasmtime::component::ComponentType>::SIZE32);
                assert!(1 == <DbProtocol as wasmtime::component::ComponentType>::ALIGN32);
            };
            #[derive(
                wasmtime::component::ComponentType,
                wasmtime::component::Lift,
                wasmtime::component::Lower,
            )]
            #[component(record)]
            #[derive(Clone)]
            pub struct DbConfig {
                #[component(name = "protocol")]
                pub protocol: DbProtocol,
                /// The name or address that the guest connects to.
                #[component(name = "host")]
                pub host: wasmtime::component::__internal::String,
                #[component(name = "port")]
                pub port: u16,
                /// The database that the host's configuration names, if it names one.
                #[component(name = "database")]
                pub database: Option<wasmtime::component::__internal::String>,
                /// The most connections that the host keeps to this endpoint.
                #[component(name = "pool-size")]
                pub pool_size: u32,
            }
            impl core::fmt::Debug for DbConfig {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    f.debug_struct("DbConfig")
                        .field("protocol", &self.protocol)
                        .field("host", &self.host)
                        .field("port", &self.port)
                        .field("database", &self.database)
                        .field("pool-size", &self.pool_size)
                        .finish()
                }
            }
            const _: () = {
                assert!(32 == <DbConfig as wasmtime::component::ComponentType>::SIZE32);
                assert!(4 == <DbConfig as wasmtime::component::ComponentType>::ALIGN32);
            };
            #[derive(
                wasmtime::component::ComponentType,
                wasmtime::component::Lift,
                wasmtime::component::Lower,
            )]
            #[component(enum)]
            #[derive(Clone, Copy, Eq, PartialEq)]
            #[repr(u8)]
            pub enum DbError {
                #[component(name = "connection-refused")]
                ConnectionRefused,
                #[component(name = "timeout")]
                Timeout,
                #[component(name = "protocol-error")]
                ProtocolError,
                #[component(name = "pool-exhausted")]
                PoolExhausted,
                #[component(name = "closed")]
                Closed,
            }
            impl DbError {
                pub fn name(&self) -> &'static str {
                    match self {
                        DbError::ConnectionRefused => "connection-refused",
                        DbError::Timeout => "timeout",
                        DbError::ProtocolError => "protocol-error",
                        DbError::PoolExhausted => "pool-exhausted",
                        DbError::Closed => "closed",
                    }
                }
                pub fn message(&self) -> &'static str {
                    match self {
                        DbError::ConnectionRefused => "",
                        DbError::Timeout => "",
                        DbError::ProtocolError => "",
                        DbError::PoolExhausted => "",
                        DbError::Closed => "",
                    }
                }
            }
            impl core::fmt::Debug for DbError {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    f.debug_struct("DbError")
                        .field("code", &(*self as i32))
                        .field("name", &self.name())
                        .field("message", &self.message())
                        .finish()
                }
            }
            impl core::fmt::Display for DbError {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    write!(f, "{} (error {})", self.name(), *self as i32)
                }
            }

            impl core::error::Error for DbError {}
            const _: () = {
                assert!(1 == <DbError as wasmtime::component::ComponentType>::SIZE32);
                assert!(1 == <DbError as wasmtime::component::ComponentType>::ALIGN32);
            };
            /// A handle that belongs to the instance which opened it.
            pub type Connection = u64;
            const _: () = {
                assert!(8 == <Connection as wasmtime::component::ComponentType>::SIZE32);
                assert!(8 == <Connection as wasmtime::component::ComponentType>::ALIGN32);
            };
            pub trait HostWithStore<T>: wasmtime::component::HasData + Send {}
            impl<H: ?Sized, T> HostWithStore<T> for H where H: wasmtime::component::HasData + Send {}
            pub trait Host: Send {
                fn connect(
                    &mut self,
                    config: DbConfig,
                ) -> impl ::core::future::Future<
                    Output = wasmtime::Result<Result<Connection, DbError>>,
                > + Send;
                /// How many bytes were taken, from the front. Zero: none can be taken now,
                /// because the guest has not read what is waiting for it.
                fn send(
                    &mut self,
                    connection: Connection,
                    data: wasmtime::component::__internal::Vec<u8>,
                ) -> impl ::core::future::Future<Output = wasmtime::Result<Result<u32, DbError>>> + Send;
                /// Blocks until there is something to read. An empty list is the end of
                /// the stream.
                fn recv(
                    &mut self,
                    connection: Connection,
                    max_bytes: u32,
                ) -> impl ::core::future::Future<
                    Output = wasmtime::Result<
                        Result<wasmtime::component::__internal::Vec<u8>, DbError>,
                    >,
                > + Send;
                fn close(&mut self, connection: Connection) -> wasmtime::Result<()>;
            }
            impl<_T: Host + ?Sized + Send> Host for &mut _T {
                fn connect(
                    &mut self,
                    config: DbConfig,
                ) -> impl ::core::future::Future<
                    Output = wasmtime::Result<Result<Connection, DbError>>,
                > + Send {
                    async move { Host::connect(*self, config).await }
                }
                /// How many bytes were taken, from the front. Zero: none can be taken now,
                /// because the guest has not read what is waiting for it.
                fn send(
                    &mut self,
                    connection: Connection,
                    data: wasmtime::component::__internal::Vec<u8>,
                ) -> impl ::core::future::Future<Output = wasmtime::Result<Result<u32, DbError>>> + Send
                {
                    async move { Host::send(*self, connection, data).await }
                }
                /// Blocks until there is something to read. An empty list is the end of
                /// the stream.
                fn recv(
                    &mut self,
                    connection: Connection,
                    max_bytes: u32,
                ) -> impl ::core::future::Future<
                    Output = wasmtime::Result<
                        Result<wasmtime::component::__internal::Vec<u8>, DbError>,
                    >,
                > + Send {
                    async move { Host::recv(*self, connection, max_bytes).await }
                }
                fn close(&mut self, connection: Connection) -> wasmtime::Result<()> {
                    Host::close(*self, connection)
                }
            }

            pub fn add_to_linker_instance<T, D>(
                inst: &mut wasmtime::component::LinkerInstance<'_, T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static + Send,
            {
                inst.func_wrap_async(
                    "connect",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>, (arg0,): (DbConfig,)| {
                        wasmtime::component::__internal::Box::new(async move {
                            let host = &mut host_getter(caller.data_mut());
                            let r = Host::connect(host, arg0).await;
                            Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                        })
                    },
                )?;
                inst.func_wrap_async("send", move |mut caller: wasmtime::StoreContextMut<'_, T>, (arg0,arg1,) : (Connection, wasmtime::component::__internal::Vec<u8>, )| {
                                    wasmtime::component::__internal::Box::new(async move {
                                      let host = &mut host_getter(caller.data_mut());
                                      let r = Host::send(host, arg0,arg1,).await;
                                      Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                                    })
                                  }
                                  )?;
                inst.func_wrap_async(
                    "recv",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>,
                          (arg0, arg1): (Connection, u32)| {
                        wasmtime::component::__internal::Box::new(async move {
                            let host = &mut host_getter(caller.data_mut());
                            let r = Host::recv(host, arg0, arg1).await;
                            Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                        })
                    },
                )?;
                inst.func_wrap(
                    "close",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>, (arg0,): (Connection,)| {
                        let host = &mut host_getter(caller.data_mut());
                        let r = Host::close(host, arg0);
                        wasmtime::ToWasmtimeResult::to_wasmtime_result(r)
                    },
                )?;
                Ok(())
            }

            pub fn add_to_linker<T, D>(
                linker: &mut wasmtime::component::Linker<T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static + Send,
            {
                let mut inst = linker.instance("warpgrid:shim/database-proxy@0.1.0")?;
                add_to_linker_instance::<T, D>(&mut inst, host_getter)
            }
        }

        #[allow(clippy::all)]
        pub mod sockets {
            #[allow(unused_imports)]
            use wasmtime::component::__internal::Box;

            pub type Pollable = super::super::super::__with_name0::Pollable;
            pub type Connection = super::super::super::warpgrid::shim::database_proxy::Connection;
            const _: () = {
                assert!(8 == <Connection as wasmtime::component::ComponentType>::SIZE32);
                assert!(8 == <Connection as wasmtime::component::ComponentType>::ALIGN32);
            };
            pub type DbConfig = super::super::super::warpgrid::shim::database_proxy::DbConfig;
            const _: () = {
                assert!(32 == <DbConfig as wasmtime::component::ComponentType>::SIZE32);
                assert!(4 == <DbConfig as wasmtime::component::ComponentType>::ALIGN32);
            };
            pub type DbError = super::super::super::warpgrid::shim::database_proxy::DbError;
            const _: () = {
                assert!(1 == <DbError as wasmtime::component::ComponentType>::SIZE32);
                assert!(1 == <DbError as wasmtime::component::ComponentType>::ALIGN32);
            };
            pub trait HostWithStore<T>: wasmtime::component::HasData + Send {}
            impl<H: ?Sized, T> HostWithStore<T> for H where H: wasmtime::component::HasData + Send {}
            pub trait Host: Send {
                /// The configuration to connect with where this endpoint is proxied, or
                /// `none` where a plain socket must be used. The host is a name, or an
                /// address in its textual form; an address stands for the name that this
                /// instance last resolved to it.
                fn route(
                    &mut self,
                    host: wasmtime::component::__internal::String,
                    port: u16,
                ) -> wasmtime::Result<Option<DbConfig>>;
                /// Like `database-proxy.recv`, but `none` where it would block.
                fn try_recv(
                    &mut self,
                    connection: Connection,
                    max_bytes: u32,
                ) -> wasmtime::Result<
                    Result<Option<wasmtime::component::__internal::Vec<u8>>, DbError>,
                >;
                /// Waits until one of the connections can be read without blocking, has
                /// ended or has failed, and gives its index in the list; the list's length
                /// where the time ran out first. A connection that is not open counts as
                /// ended.
                fn wait(
                    &mut self,
                    connections: wasmtime::component::__internal::Vec<Connection>,
                    timeout_ns: Option<u64>,
                ) -> impl ::core::future::Future<Output = wasmtime::Result<u32>> + Send;
                /// A pollable that is ready when `wait` on this connection alone would
                /// return. It must be dropped before the connection is closed.
                fn subscribe(
                    &mut self,
                    connection: Connection,
                ) -> wasmtime::Result<wasmtime::component::Resource<Pollable>>;
            }
            impl<_T: Host + ?Sized + Send> Host for &mut _T {
                /// The configuration to connect with where this endpoint is proxied, or
                /// `none` where a plain socket must be used. The host is a name, or an
                /// address in its textual form; an address stands for the name that this
                /// instance last resolved to it.
                fn route(
                    &mut self,
                    host: wasmtime::component::__internal::String,
                    port: u16,
                ) -> wasmtime::Result<Option<DbConfig>> {
                    Host::route(*self, host, port)
                }
                /// Like `database-proxy.recv`, but `none` where it would block.
                fn try_recv(
                    &mut self,
                    connection: Connection,
                    max_bytes: u32,
                ) -> wasmtime::Result<
                    Result<Option<wasmtime::component::__internal::Vec<u8>>, DbError>,
                > {
                    Host::try_recv(*self, connection, max_bytes)
                }
                /// Waits until one of the connections can be read without blocking, has
                /// ended or has failed, and gives its index in the list; the list's length
                /// where the time ran out first. A connection that is not open counts as
                /// ended.
                fn wait(
                    &mut self,
                    connections: wasmtime::component::__internal::Vec<Connection>,
                    timeout_ns: Option<u64>,
                ) -> impl ::core::future::Future<Output = wasmtime::Result<u32>> + Send
                {
                    async move { Host::wait(*self, connections, timeout_ns).await }
                }
                /// A pollable that is ready when `wait` on this connection alone would
                /// return. It must be dropped before the connection is closed.
                fn subscribe(
                    &mut self,
                    connection: Connection,
                ) -> wasmtime::Result<wasmtime::component::Resource<Pollable>> {
                    Host::subscribe(*self, connection)
                }
            }

            pub fn add_to_linker_instance<T, D>(
                inst: &mut wasmtime::component::LinkerInstance<'_, T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static + Send,
            {
                inst.func_wrap("route", move |mut caller: wasmtime::StoreContextMut<'_, T>, (arg0,arg1,) : (wasmtime::component::__internal::String, u16, )| {
                                            let host = &mut host_getter(caller.data_mut());
                                            let r = Host::route(host, arg0,arg1,);
                                            Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                                          }
                                          )?;
                inst.func_wrap(
                    "try-recv",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>,
                          (arg0, arg1): (Connection, u32)| {
                        let host = &mut host_getter(caller.data_mut());
                        let r = Host::try_recv(host, arg0, arg1);
                        Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                    },
                )?;
                inst.func_wrap_async(
                    "wait",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>,
                          (arg0, arg1): (
                        wasmtime::component::__internal::Vec<Connection>,
                        Option<u64>,
                    )| {
                        wasmtime::component::__internal::Box::new(async move {
                            let host = &mut host_getter(caller.data_mut());
                            let r = Host::wait(host, arg0, arg1).await;
                            Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                        })
                    },
                )?;
                inst.func_wrap(
                    "subscribe",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>, (arg0,): (Connection,)| {
                        let host = &mut host_getter(caller.data_mut());
                        let r = Host::subscribe(host, arg0);
                        Ok((wasmtime::ToWasmtimeResult::to_wasmtime_result(r)?,))
                    },
                )?;
                Ok(())
            }

            pub fn add_to_linker<T, D>(
                linker: &mut wasmtime::component::Linker<T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static + Send,
            {
                let mut inst = linker.instance("warpgrid:shim/sockets@0.1.0")?;
                add_to_linker_instance::<T, D>(&mut inst, host_getter)
            }
        }

        #[allow(clippy::all)]
        pub mod threading {
            #[allow(unused_imports)]
            use wasmtime::component::__internal::Box;

            #[derive(
                wasmtime::component::ComponentType,
                wasmtime::component::Lift,
                wasmtime::component::Lower,
            )]
            #[component(enum)]
            #[derive(Clone, Copy, Eq, PartialEq)]
            #[repr(u8)]
            pub enum ThreadingModel {
                #[component(name = "single-threaded")]
                SingleThreaded,
                #[component(name = "cooperative")]
                Cooperative,
                #[component(name = "parallel-required")]
                ParallelRequired,
            }
            impl core::fmt::Debug for ThreadingModel {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    match self {
                        ThreadingModel::SingleThreaded => {
                            f.debug_tuple("ThreadingModel::SingleThreaded").finish()
                        }
                        ThreadingModel::Cooperative => {
                            f.debug_tuple("ThreadingModel::Cooperative").finish()
                        }
                        ThreadingModel::ParallelRequired => {
                            f.debug_tuple("ThreadingModel::ParallelRequired").finish()
                        }
                    }
                }
            }
            const _: () = {
                assert!(1 == <ThreadingModel as wasmtime::component::ComponentType>::SIZE32);
                assert!(1 == <ThreadingModel as wasmtime::component::ComponentType>::ALIGN32);
            };
            pub trait HostWithStore<T>: wasmtime::component::HasData {}
            impl<H: ?Sized, T> HostWithStore<T> for H where H: wasmtime::component::HasData {}
            pub trait Host {
                fn declare_threading_model(
                    &mut self,
                    model: ThreadingModel,
                ) -> wasmtime::Result<()>;
            }
            impl<_T: Host + ?Sized> Host for &mut _T {
                fn declare_threading_model(
                    &mut self,
                    model: ThreadingModel,
                ) -> wasmtime::Result<()> {
                    Host::declare_threading_model(*self, model)
                }
            }

            pub fn add_to_linker_instance<T, D>(
                inst: &mut wasmtime::component::LinkerInstance<'_, T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static,
            {
                inst.func_wrap(
                    "declare-threading-model",
                    move |mut caller: wasmtime::StoreContextMut<'_, T>,
                          (arg0,): (ThreadingModel,)| {
                        let host = &mut host_getter(caller.data_mut());
                        let r = Host::declare_threading_model(host, arg0);
                        wasmtime::ToWasmtimeResult::to_wasmtime_result(r)
                    },
                )?;
                Ok(())
            }

            pub fn add_to_linker<T, D>(
                linker: &mut wasmtime::component::Linker<T>,

                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> wasmtime::Result<()>
            where
                D: HostWithStore<T>,
                for<'a> D::Data<'a>: Host,
                T: 'static,
            {
                let mut inst = linker.instance("warpgrid:shim/threading@0.1.0")?;
                add_to_linker_instance::<T, D>(&mut inst, host_getter)
            }
        }
    }
}
pub mod wasi {
    pub mod io {

        pub mod poll {
            #[allow(unused_imports)]
            pub use super::super::super::__with_name0::*;
        }
    }
}
